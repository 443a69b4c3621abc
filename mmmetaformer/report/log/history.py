# SPDX-License-Identifier: Apache-2.0
"""The scalars of all starts, as if training had never been interrupted."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .starts import Start, is_training

__all__ = ['History', 'Scalar', 'read_history']

# Keys that say where a line belongs.
PLACES = ('step', 'iter', 'epoch')
OF_COCO = re.compile(r'(^|[/_])(mAP|AR)(_|@|$)')


@dataclass
class Scalar:
    """A logged value over the steps.

    Attributes:
        steps: The iterations, rising.
        values: The values, NaN among them.
    """

    steps: np.ndarray
    values: np.ndarray


@dataclass
class History:
    """What was logged, by name.

    Attributes:
        training: While training: losses, rates, times.
        validation: After validations: metrics, validation losses.
        resumed: The steps at which training was resumed.
        unread: Number of lines that could not be read.
        last_step: The last step of which anything is known.
    """

    training: dict[str, Scalar] = field(default_factory=dict)
    validation: dict[str, Scalar] = field(default_factory=dict)
    resumed: list[int] = field(default_factory=list)
    unread: int = 0
    last_step: int = 0


def read_history(starts: Iterable[Start]) -> History:
    """Join the logs of all starts.

    A start that resumes repeats the steps since its checkpoint: those of the start
    before are left out. What validations of epochs call a step becomes an iteration.
    """
    history = History()
    training: list[dict[str, Any]] = []
    validation: list[dict[str, Any]] = []
    for start in starts:
        history.unread += start.unread
        first = start.first_step
        if first is None:
            continue
        training = [line for line in training if line['step'] <= first]
        validation = [line for line in validation if line['step'] <= first]
        if first > 0 and (training or start.facts):
            history.resumed = [*(s for s in history.resumed if s < first), first]
        else:
            history.resumed = []
        own = [line for line in start.lines if is_training(line)]
        ends = _ends_of_epochs(own, start.facts)
        training += own
        for line in start.lines:
            if not is_training(line):
                step = ends(line['step']) if ends else line['step']
                validation.append({**line, 'step': step})
        history.last_step = max(
            [first, *(line['step'] for line in (*own, *validation[-1:]))]
        )
        if 'last_step' in start.facts:
            history.last_step = int(start.facts['last_step'])
    history.training = _columns(training)
    history.validation = {
        name: _without_empty(name, scalar)
        for name, scalar in _columns(validation).items()
    }
    return history


def _ends_of_epochs(lines: list[dict[str, Any]], facts: Mapping[str, Any]) -> Any:
    """Return what turns an epoch into its last step, None where steps are counted."""
    if not any('epoch' in line for line in lines) and not facts.get('by_epoch'):
        return None
    length = facts.get('steps_per_epoch')
    if length:
        return lambda epoch: epoch * int(length)
    ends = {line['epoch']: line['step'] for line in lines if 'epoch' in line}
    return lambda epoch: ends.get(epoch, max(ends.values(), default=epoch))


def _without_empty(name: str, scalar: Scalar) -> Scalar:
    """Return AP and AR with NaN for -1: what COCO has where there are no objects."""
    if not OF_COCO.search(name):
        return scalar
    return Scalar(scalar.steps, np.where(scalar.values == -1, np.nan, scalar.values))


def _columns(lines: list[dict[str, Any]]) -> dict[str, Scalar]:
    steps: dict[str, list[int]] = {}
    values: dict[str, list[float]] = {}
    for line in lines:
        for name, value in line.items():
            if name in PLACES or type(value) not in (int, float):
                continue
            steps.setdefault(name, []).append(line['step'])
            values.setdefault(name, []).append(value)
    return {
        name: Scalar(np.array(steps[name], np.int64), np.array(values[name], float))
        for name in steps
    }
