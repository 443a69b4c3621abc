# SPDX-License-Identifier: Apache-2.0
"""Users' own data: their classes and their folder, through one option each."""

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import DATASETS

from mmmetaformer.datasets.innermost import innermost
from mmmetaformer.errors import ConfigError

__all__ = ['read_classes', 'set_num_classes', 'use_classes', 'use_data_root']

SPLITS = ('train', 'val', 'test')
COUNTS = ('num_classes', 'num_things_classes')
#: Heads that do not tell the data set's classes apart.
OTHER_HEADS = ('rpn_head', 'semantic_head')


def read_classes(words: Sequence[str]) -> list[str]:
    """The names that `--classes` means.

    Args:
        words: Names, or a single file with a name in each line.

    Raises:
        ConfigError: A name is empty or twice among them, or the file is absent.
    """
    names = list(words)
    if len(words) == 1:
        path = Path(words[0])
        if path.is_file():
            names = path.read_text(encoding='utf-8').strip().splitlines()
        elif path.suffix in ('.txt', '.csv') or len(path.parts) > 1:
            raise ConfigError(f'--classes: there is no file {path}')
    names = [name.strip() for name in names]
    if not names or not all(names):
        raise ConfigError(f'--classes: a name is empty in {names}')
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError(f'--classes: {", ".join(twice)} more than once')
    return names


def use_classes(cfg: Config, names: Sequence[str]) -> None:
    """Let all heads and all data sets of a config have these classes.

    A file in COCO's format has them by name (see `check_categories`). In a label map
    the first class is 1, and 0 does not count, if the data set's type counts so as
    ADE20K's does; else the first is 0. Names that are all known to the type, such as
    some of ADE20K's, pick these out of its labels, and the rest is ignored.

    Args:
        cfg: The run's config, changed in place.
        names: The classes in the order of their labels.

    Raises:
        ConfigError: The config is a panoptic one.
    """
    set_num_classes(cfg.model, len(names))
    for split in SPLITS:
        loader = cfg.get(f'{split}_dataloader')
        for inner in innermost(loader.dataset) if loader else ():
            _name_classes(inner, tuple(names), cfg.get('default_scope'))


def use_data_root(cfg: Config, root: str) -> None:
    """Let all data sets of a config lie in another folder of the same layout.

    Args:
        cfg: The run's config, changed in place.
        root: The folder.
    """
    for split in SPLITS:
        loader = cfg.get(f'{split}_dataloader')
        for inner in innermost(loader.dataset) if loader else ():
            before = str(inner.get('data_root') or '')
            inner['data_root'] = root
            evaluators = cfg.get(f'{split}_evaluator') or []
            for one in evaluators if isinstance(evaluators, list) else [evaluators]:
                file = one.get('ann_file', '')
                if before and file.startswith(before):
                    one['ann_file'] = str(Path(root, file[len(before) :].lstrip('/')))


def set_num_classes(model: Any, number: int) -> None:
    """Set the number of classes of every head: of all stages, mask and auxiliary too.

    Args:
        model: The model's config, changed in place.
        number: The number.

    Raises:
        ConfigError: A head tells things from stuff, or weighs the old classes one by
            one.
    """
    if isinstance(model, (list, tuple)):
        for one in model:
            set_num_classes(one, number)
    if not isinstance(model, dict):
        return
    if model.get('num_stuff_classes', 0):
        raise ConfigError(
            'a panoptic model has things and stuff, which --classes cannot tell apart: '
            'set num_things_classes and num_stuff_classes in the config'
        )
    for key, value in model.items():
        if key in COUNTS and isinstance(value, int):
            model[key] = number
        elif key == 'class_weight' and isinstance(value, (list, tuple)):
            model[key] = _weights(value, number)
        elif key not in OTHER_HEADS:
            set_num_classes(value, number)


def _weights(weights: Sequence[float], number: int) -> list[float]:
    """One weight for each class, and the last for 'no object'."""
    first, *others, last = weights
    if any(weight != first for weight in others):
        raise ConfigError(
            f'class_weight gives each of the old classes its own weight ({weights}): '
            'set it for the new ones in the config'
        )
    return [first] * number + [last]


def _name_classes(dataset: Any, names: tuple[str, ...], scope: str | None) -> None:
    dataset['metainfo'] = dict(classes=names)
    if scope != 'mmseg':
        return
    with DATASETS.switch_scope_and_registry(scope) as registry:
        kind = registry.get(dataset['type'])
    known = getattr(kind, 'METAINFO', {}).get('classes')
    if known is None or set(names) <= set(known):
        return
    # mmseg only picks among the classes of a data set it knows. The general one takes
    # any, and is told what this one takes for granted.
    defaults = inspect.signature(kind).parameters
    for key in ('img_suffix', 'seg_map_suffix', 'reduce_zero_label'):
        if key in defaults:
            dataset.setdefault(key, defaults[key].default)
    dataset['type'] = 'BaseSegDataset'
