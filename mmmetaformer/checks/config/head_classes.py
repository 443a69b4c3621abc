# SPDX-License-Identifier: Apache-2.0
"""Whether a data set's classes fit the heads of a model."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmengine.fileio import list_from_file

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import CLASS_HEADS, data_sets, known_classes
from mmmetaformer.text import shortened

__all__ = ['check_classes', 'classes_of']

# Their heads split the classes into things and stuff.
PANOPTIC = ('CocoPanopticDataset', 'ADE20KPanopticDataset')


def check_classes(
    dataset: Mapping[str, Any], model: Mapping[str, Any], scope: str | None
) -> None:
    """Refuse a model whose heads have another number of classes than the data set.

    Args:
        dataset: The data set's config, wrapped or not.
        model: The model's config. Only `CLASS_HEADS` are compared; other heads, such as
            a class-agnostic proposal head, may have another number.
        scope: The config's default scope, in which the data set's type is looked up.

    Raises:
        ConfigError: The numbers differ; the message has both.
    """
    for inner in data_sets(dataset):
        classes = None if inner['type'] in PANOPTIC else classes_of(inner, scope)
        if classes is None:
            continue
        for key, number in _class_numbers(model, 'model'):
            if number != len(classes):
                raise ConfigError(
                    f'{key} is {number}, but the {inner["type"]} has {len(classes)} '
                    f'classes ({shortened(classes)}). Set every num_classes of the '
                    f'model to {len(classes)}, or metainfo.classes of the data sets '
                    'to the classes you mean.'
                )


def classes_of(dataset: Mapping[str, Any], scope: str | None) -> list[str] | None:
    """Return the classes of a data set, None if nothing says them.

    Args:
        dataset: The data set's config, not a wrapper.
        scope: The config's default scope.

    Raises:
        ConfigError: They are in a file that does not exist.
    """
    classes = (dataset.get('metainfo') or {}).get('classes')
    if isinstance(classes, str):
        if not Path(classes).is_file():
            raise ConfigError(
                f'metainfo.classes is the string {classes!r}, and there is no such '
                f"file; write a single class as ('{classes}',)"
            )
        return list_from_file(classes)
    if classes is None:
        classes = known_classes(dataset, scope)
    return None if classes is None else list(classes)


def _class_numbers(
    node: Any, key: str, in_head: bool = False
) -> Iterator[tuple[str, int]]:
    """Yield key and value of every `num_classes` directly in one of CLASS_HEADS."""
    if isinstance(node, Mapping):
        if in_head and isinstance(node.get('num_classes'), int):
            yield f'{key}.num_classes', node['num_classes']
        for name, value in node.items():
            yield from _class_numbers(value, f'{key}.{name}', name in CLASS_HEADS)
    elif isinstance(node, (list, tuple)):
        for i, value in enumerate(node):
            yield from _class_numbers(value, f'{key}[{i}]', in_head)
