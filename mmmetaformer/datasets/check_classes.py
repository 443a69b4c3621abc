# SPDX-License-Identifier: Apache-2.0
"""Whether a data set's classes fit the heads of a model."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmengine.fileio import list_from_file
from mmengine.registry import DATASETS

from mmmetaformer.errors import ConfigError

from .innermost import innermost

__all__ = ['check_classes']

MAX_NAMED = 6  # classes that a message names
HEADS = ('bbox_head', 'mask_head', 'decode_head')
# Their heads split the classes in things and stuff.
PANOPTIC = ('CocoPanopticDataset', 'ADE20KPanopticDataset')


def check_classes(
    dataset: Mapping[str, Any], model: Mapping[str, Any], scope: str | None
) -> None:
    """Refuse a model whose heads count other classes than the data set has.

    Args:
        dataset: The data set's config, wrapped or not.
        model: The model's config; the heads whose scores the data set's classes are
            (HEADS) are compared. Others may count otherwise, such as a class-agnostic
            proposal head, or one for stuff.
        scope: The config's default scope, in which the data set's type is looked up.

    Raises:
        ConfigError: The counts differ; the message has both.
    """
    for inner in innermost(dataset):
        classes = None if inner['type'] in PANOPTIC else _classes(inner, scope)
        if classes is None:
            continue
        for where, count in _class_counts(model, 'model'):
            if count != len(classes):
                named = ', '.join(classes[:MAX_NAMED])
                more = ', ...' if len(classes) > MAX_NAMED else ''
                raise ConfigError(
                    f'{where} is {count}, but the {inner["type"]} has '
                    f'{len(classes)} classes ({named}{more}). Set every num_classes '
                    f'of the model to {len(classes)}, or metainfo.classes of the '
                    'data sets to the classes meant.'
                )


def _classes(dataset: Mapping[str, Any], scope: str | None) -> list[str] | None:
    classes = (dataset.get('metainfo') or {}).get('classes')
    if isinstance(classes, str):
        if not Path(classes).is_file():
            raise ConfigError(
                f'metainfo.classes is the string {classes!r} and there is no such '
                f"file; a single class is written ('{classes}',)"
            )
        return list_from_file(classes)
    if classes is None:
        with DATASETS.switch_scope_and_registry(scope) as registry:
            known = registry.get(dataset['type'])
        classes = getattr(known, 'METAINFO', {}).get('classes')
    return None if classes is None else list(classes)


def _class_counts(
    node: Any, where: str, in_head: bool = False
) -> Iterator[tuple[str, int]]:
    """Every `num_classes` directly in one of the HEADS of a config tree, with path."""
    if isinstance(node, Mapping):
        if in_head and isinstance(node.get('num_classes'), int):
            yield f'{where}.num_classes', node['num_classes']
        for key, value in node.items():
            yield from _class_counts(value, f'{where}.{key}', key in HEADS)
    elif isinstance(node, (list, tuple)):
        for i, value in enumerate(node):
            yield from _class_counts(value, f'{where}[{i}]', in_head)
