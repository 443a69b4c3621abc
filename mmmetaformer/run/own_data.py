# SPDX-License-Identifier: Apache-2.0
"""A user's own data: classes and folder, through one option each."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import (
    CLASS_AGNOSTIC_HEADS,
    SPLITS,
    data_sets_of,
    evaluators_of,
)

from .own_labels import name_labels

__all__ = [
    'read_classes',
    'set_num_classes',
    'use_classes',
    'use_data_root',
    'use_subset',
]

NUMBERS = ('num_classes', 'num_things_classes')


def read_classes(words: Sequence[str]) -> list[str]:
    """Return the names that `--classes` means.

    Args:
        words: Names, or a single file with one name per line.

    Raises:
        ConfigError: A name is empty or repeated, or the file does not exist.
    """
    names = list(words)
    if len(words) == 1:
        path = Path(words[0])
        if path.is_file():
            names = path.read_text(encoding='utf-8').strip().splitlines()
        elif path.suffix in ('.txt', '.csv') or len(path.parts) > 1:
            raise ConfigError(f'--classes: the file {path} does not exist')
    names = [name.strip() for name in names]
    if not names or not all(names):
        raise ConfigError(f'--classes: a name is empty in {names}')
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ConfigError(f'--classes: {", ".join(repeated)} more than once')
    return names


def use_classes(cfg: Config, names: Sequence[str]) -> None:
    """Give these classes to all heads and all data sets of a config.

    In a file in COCO's format the classes are found by name (see `class_fault`).
    For label maps see `own_labels.name_labels`.

    Args:
        cfg: The run's config, changed in place.
        names: The classes in the order of their labels.

    Raises:
        ConfigError: The config is a panoptic one.
    """
    set_num_classes(cfg.model, len(names))
    for dataset in data_sets_of(cfg, *SPLITS):
        name_labels(dataset, tuple(names), cfg.get('default_scope'))


def use_subset(cfg: Config, classes: Sequence[str] | None) -> None:
    """Let all data sets leave out what belongs to other classes.

    Without it, a category of a COCO file that is no class stops the run, and so do
    names that may be labels of a data set's type or one's own.

    Args:
        cfg: The run's config, changed in place.
        classes: The words of `--classes`.

    Raises:
        ConfigError: There are none.
    """
    if not classes:
        raise ConfigError('--subset needs the names: --classes NAME ...')
    for dataset in data_sets_of(cfg, *SPLITS):
        dataset['metainfo']['subset'] = True


def use_data_root(cfg: Config, root: str) -> None:
    """Let all data sets of a config read another folder of the same layout.

    Args:
        cfg: The run's config, changed in place.
        root: The folder.
    """
    for split in SPLITS:
        for dataset in data_sets_of(cfg, split):
            before = str(dataset.get('data_root') or '')
            dataset['data_root'] = root
            for evaluator in evaluators_of(cfg, split):
                file = evaluator.get('ann_file', '')
                if before and file.startswith(before):
                    below = file[len(before) :].lstrip('/')
                    evaluator['ann_file'] = str(Path(root, below))


def set_num_classes(model: Any, number: int, before: int | None = None) -> None:
    """Set the number of classes of every head: all stages, masks and auxiliary too.

    Args:
        model: The model's config, changed in place.
        number: The number of classes.
        before: That of the head around `model`, None outside of heads.

    Raises:
        ConfigError: A head separates things from stuff, or each old class has its own
            weight.
    """
    if isinstance(model, (list, tuple)):
        for one in model:
            set_num_classes(one, number, before)
    if not isinstance(model, dict):
        return
    if model.get('num_stuff_classes', 0):
        raise ConfigError(
            'a panoptic model has things and stuff, which --classes cannot separate: '
            'set num_things_classes and num_stuff_classes in the config'
        )
    before = next((model[key] for key in NUMBERS if key in model), before)
    for key, value in model.items():
        if key in NUMBERS and isinstance(value, int):
            model[key] = number
        elif key == 'class_weight' and isinstance(value, (list, tuple)):
            model[key] = _weights(value, number, before)
        elif key not in CLASS_AGNOSTIC_HEADS:
            set_num_classes(value, number, before)


def _weights(weights: Sequence[float], number: int, before: int | None) -> list[float]:
    """Return a weight for each class and, where there was one, for 'no object'."""
    if before == number or (before and len(weights) not in (before, before + 1)):
        return list(weights)  # not those of the old classes
    extra = list(weights[before:]) if before else list(weights[-1:])
    old = list(weights[: len(weights) - len(extra)])
    if any(weight != old[0] for weight in old):
        raise ConfigError(
            f'class_weight has a weight for each of the old classes ({weights}): set '
            'those of the new classes in the config'
        )
    return [old[0]] * number + extra
