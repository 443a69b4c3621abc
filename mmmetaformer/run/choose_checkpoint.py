# SPDX-License-Identifier: Apache-2.0
"""The checkpoint from which a run resumes if the user names none."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from mmengine.config import Config
from torch import nn

from mmmetaformer.checks.checkpoint.contents import Checkpoint
from mmmetaformer.checks.checkpoint.fits import check_fits
from mmmetaformer.checks.checkpoint.resumable import check_resumable, shapes_of
from mmmetaformer.errors import ConfigError
from mmmetaformer.models.build import build_model
from mmmetaformer.weights.files import read_checkpoint

from .build_errors import build_errors

__all__ = ['Choice', 'choose']


class Choice(NamedTuple):
    """A checkpoint, and why not a newer one.

    Attributes:
        checkpoint: The checkpoint; None if none is good.
        passed: What is wrong with each newer one.
    """

    checkpoint: Checkpoint | None
    passed: list[str]


def choose(cfg: Config, paths: Sequence[str]) -> Choice:
    """Return the first checkpoint that training can resume from.

    All processes come to the same choice, as long as nothing else writes there.

    Args:
        cfg: The run's config, without errors in its data sets.
        paths: Checkpoints, the newest first; one at an address is not passed over.

    Raises:
        ConfigError: The one at an address is not good, or cannot be read right now.
    """
    passed: list[str] = []
    model = cache(lambda: _build(cfg))
    for number, path in enumerate(paths):
        if '://' in path:
            return Choice(check_resumable(path, cfg), passed)
        try:
            checkpoint = check_resumable(path, cfg)
        except ConfigError as error:
            passed.append(str(error))
            continue
        wrong = None
        if _is_of_another_model(checkpoint, paths[number + 1 :]):
            wrong = _misfit(model(), checkpoint)
        if wrong is None:
            return Choice(checkpoint, passed)
        passed.append(wrong)
    return Choice(None, passed)


def _is_of_another_model(checkpoint: Checkpoint, older: Sequence[str]) -> bool:
    """Return whether older checkpoints have other weights than this one.

    If not, the choice is the same for any model, and none has to be built.
    """
    shapes = shapes_of(checkpoint.weights)
    for path in older:
        if '://' in path:
            continue
        try:
            weights = read_checkpoint(path).get('state_dict')
        except ConfigError:  # of no model
            continue
        if isinstance(weights, Mapping) and shapes_of(weights) != shapes:
            return True
    return False


def _misfit(model: nn.Module, checkpoint: Checkpoint) -> str | None:
    try:
        check_fits(model, checkpoint.weights, checkpoint.path)
    except ConfigError as error:
        return str(error)
    return None


def _build(cfg: Config) -> nn.Module:
    with build_errors(cfg):
        return build_model(cfg.model, cfg.get('default_scope'))
