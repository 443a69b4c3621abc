# SPDX-License-Identifier: Apache-2.0
"""Whether a checkpoint was trained on the run's classes."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmmetaformer.checks.config.head_classes import classes_of
from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.host import data_sets_of, kinds_of
from mmmetaformer.text import shortened

from .contents import Checkpoint

__all__ = ['check_class_names', 'warn_of_class_names']

MAX_NAMES = 6  # lists of more names are shortened, and not printed as an option


def check_class_names(checkpoint: Checkpoint, cfg: Config, split: str) -> None:
    """Refuse a checkpoint of other classes, or of the same ones in another order.

    A model knows its classes by number: every name would silently stand for another
    class. Case, spaces, hyphens and underscores make no difference.

    Args:
        checkpoint: Not judged if it does not name its classes.
        cfg: The run's config.
        split: The data set that the run's classes are of, 'train' or 'test'.

    Raises:
        ConfigError: The names differ; the message has the way out.
    """
    difference = _difference(checkpoint, cfg, split)
    if difference:
        dataset = next(data_sets_of(cfg, split))
        raise ConfigError(f'{difference}. {_way_out(checkpoint, dataset, cfg)}')


def warn_of_class_names(checkpoint: Checkpoint, cfg: Config) -> None:
    """Warn that a `load_from` brings heads that were trained on other classes.

    Heads of another number of classes are not loaded, so they do not matter.

    Args:
        checkpoint: Not judged if it does not name its classes.
        cfg: The run's config.
    """
    run = _run_classes(cfg, 'train')
    if run and checkpoint.classes and len(run) == len(checkpoint.classes):
        difference = _difference(checkpoint, cfg, 'train')
        if difference:
            warn(
                f'load_from: {difference}. The heads start with what they learned for '
                'the class of the same number'
            )


def _run_classes(cfg: Config, split: str) -> list[str] | None:
    for dataset in data_sets_of(cfg, split):
        # mmengine saves those of the first data set, too.
        return classes_of(dataset, cfg.get('default_scope'))
    return None


def _difference(checkpoint: Checkpoint, cfg: Config, split: str) -> str | None:
    """Return how the classes differ, None if they do not."""
    before, now = checkpoint.classes, _run_classes(cfg, split)
    if not before or not now or [_plain(n) for n in before] == [_plain(n) for n in now]:
        return None
    if max(len(before), len(now)) <= MAX_NAMES:
        return (
            f'{checkpoint.path} was trained on {", ".join(before)} (in this order); '
            f'the run has {", ".join(now)}'
        )
    return (
        f'{checkpoint.path} was trained on {len(before)} classes '
        f'({shortened(before, 3)}), the run has {len(now)} ({shortened(now, 3)}); '
        f'{_first_difference(before, now)}'
    )


def _first_difference(before: Sequence[str], now: Sequence[str]) -> str:
    pairs = enumerate(zip(before, now, strict=False), 1)
    for number, (old, new) in pairs:
        if _plain(old) != _plain(new):
            return (
                f'the first difference is class {number}, {old!r} in the checkpoint '
                f'and {new!r} in the run'
            )
    more, who = (before, 'checkpoint') if len(before) > len(now) else (now, 'run')
    number = min(len(before), len(now))
    return f'only the {who} has class {number + 1}, {more[number]!r}'


def _way_out(checkpoint: Checkpoint, dataset: Any, cfg: Config) -> str:
    names = checkpoint.classes or []
    if 'CocoDataset' in kinds_of(dataset, cfg.get('default_scope')):
        file = Path(dataset.get('data_root') or '', dataset.get('ann_file') or '')
        return (
            'mmdet labels the classes in the order of the categories in the annotation '
            f'file: give {file} the names and the order of the file that the '
            'checkpoint was trained with'
        )
    if len(names) <= MAX_NAMES:
        return f"Use the checkpoint's: --classes {shlex.join(names)}"
    return (
        "Use the checkpoint's: --classes FILE, a file with one name per line, in its "
        'order'
    )


def _plain(name: str) -> str:
    return ' '.join(name.casefold().replace('_', ' ').replace('-', ' ').split())
