# SPDX-License-Identifier: Apache-2.0
"""Continuing on the config's schedule if it is not the checkpoint's."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mmengine.optim import _ParamScheduler

from mmmetaformer.errors import ConfigError

from .optimizer_settings import groups_in
from .past_steps import PastSteps

__all__ = ['keep_schedule']

# What changes while a scheduler runs, or is derived from the optimizer's groups. The
# others are its settings.
STATE = (
    '_global_step',
    '_last_value',
    'base_values',
    'best',
    'cooldown_counter',
    'last_step',
    'num_bad_epochs',
    'verbose',
)


def keep_schedule(
    schedulers: Sequence[_ParamScheduler],
    checkpoint: dict[str, Any],
    past: PastSteps,
    name: str,
) -> str | None:
    """Put the config's schedule into a checkpoint if it has another one.

    The schedulers step from the start of the run to the checkpoint, since each computes
    a value from the one before. So the values are those of a run that had this schedule
    from the start.

    Args:
        schedulers: Those of the config, as new, in the order in which they step.
        checkpoint: Its `param_schedulers`, and the scheduled values in `optimizer`, are
            replaced.
        past: How often they have stepped before the checkpoint.
        name: The checkpoint's file, for messages.

    Returns:
        What was done, for a warning; None if nothing differs.

    Raises:
        ConfigError: The schedule differs and depends on past validations.
    """
    saved = checkpoint.get('param_schedulers') or []
    groups = schedulers[0].optimizer.param_groups
    saved_groups = groups_in(checkpoint['optimizer'])
    names = list(dict.fromkeys(s.param_name for s in schedulers))
    before, now = _difference(schedulers, saved, past)
    for value in names:
        old, new = _first_values(saved_groups, groups, f'initial_{value}')
        if old != new:
            # The checkpoint has none if nothing scheduled it.
            before.extend([f'{value} {_text(old)}'] if old is not None else [])
            now.append(f'{value} {_text(new)}')
    if not now:
        return None
    if any(hasattr(s, 'need_val_args') for s in schedulers) or any(
        'num_bad_epochs' in state for state in saved
    ):
        raise ConfigError(
            f"the schedule in {name} ({', '.join(before)}) is not the config's "
            f'({", ".join(now)}), and depends on past validations, which cannot be '
            'repeated: restore it, or start a new run with the weights: --cfg-options '
            f'load_from={name}'
        )
    _replay(schedulers, past)
    checkpoint['param_schedulers'] = [s.state_dict() for s in schedulers]
    for group, saved_group in zip(groups, saved_groups, strict=True):
        for key in (*names, *(f'initial_{value}' for value in names)):
            saved_group[key] = group[key]
        if 'momentum' in names and 'betas' in group:
            saved_group['betas'] = group['betas']
    values = ', '.join(f'{value} {_text(groups[-1][value])}' for value in names)
    return (
        f"the schedule in {name} ({', '.join(before)}) is not the config's "
        f"({', '.join(now)}): continuing on the config's from step {past.passes}, "
        f'{values}'
    )


def _replay(schedulers: Sequence[_ParamScheduler], past: PastSteps) -> None:
    with warnings.catch_warnings():
        # mmengine warns of schedulers that step before the optimizer.
        warnings.simplefilter('ignore')
        for by_epoch in past.steps():
            for scheduler in schedulers:
                if scheduler.by_epoch is by_epoch:
                    scheduler.step()


def _difference(
    schedulers: Sequence[_ParamScheduler],
    saved: Sequence[Mapping[str, Any]],
    past: PastSteps,
) -> tuple[list[str], list[str]]:
    """Return the settings and counts that differ, of the checkpoint and the config."""
    own = [_settings(scheduler.state_dict()) for scheduler in schedulers]
    theirs = [_settings(state) for state in saved]
    if [set(one) for one in own] != [set(one) for one in theirs]:
        kinds = ' and '.join(type(scheduler).__name__ for scheduler in schedulers)
        return [_kinds(theirs)], [kinds]
    before, now = [], []
    counts = {by_epoch: past.count(by_epoch) for by_epoch in (False, True)}
    for scheduler, mine, other, state in zip(
        schedulers, own, theirs, saved, strict=True
    ):
        kind = type(scheduler).__name__
        keys = _telling(key for key in mine if mine[key] != other[key])
        if keys:
            before.append(f'{kind} {_pairs(other, keys)}')
            now.append(f'{kind} {_pairs(mine, keys)}')
        elif not hasattr(scheduler, 'need_val_args'):
            count = counts[bool(scheduler.by_epoch)]
            if state['_global_step'] != count:
                before.append(f'{kind} after {state["_global_step"]} steps')
                now.append(f'{kind} after {count}')
    return before, now


def _settings(state: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in state.items() if key not in STATE}


def _telling(keys: Iterable[str]) -> list[str]:
    """Leave out what follows from others, such as total_iters from begin and end."""
    keys = list(keys)
    written = [key for key in keys if not key.startswith(('total_', '_', 'cumulative'))]
    return written or keys


def _pairs(settings: Mapping[str, Any], keys: Iterable[str]) -> str:
    return ' '.join(f'{key}={_text(settings[key])}' for key in keys)


def _kinds(theirs: Sequence[Mapping[str, Any]]) -> str:
    """Describe schedulers of which only the settings are known."""
    common = {'param_name', 'begin', 'end', 'by_epoch'}
    kinds = [
        f'one with {" ".join(_telling(key for key in one if key not in common))}'
        for one in theirs
    ]
    return ' and '.join(kinds) or 'none'


def _first_values(
    saved: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]], key: str
) -> tuple[Any, Any]:
    """Return the first pair of values that differs, else the last pair."""
    pairs = [(a.get(key), b.get(key)) for a, b in zip(saved, own, strict=True)]
    return next((pair for pair in pairs if pair[0] != pair[1]), pairs[-1])


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f'{value:.4g}'
    # Milestones are a Counter.
    return str(sorted(value)) if isinstance(value, dict) else str(value)
