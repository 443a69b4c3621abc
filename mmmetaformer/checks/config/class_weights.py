# SPDX-License-Identifier: Apache-2.0
"""Whether losses have as many class weights as their head has classes."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import type_name
from mmmetaformer.text import shortened

__all__ = ['check_class_weights']

# mmseg's heads whose loss has 'no object'.
NO_OBJECT_HEADS = ('SideAdapterCLIPHead',)
NUMBERS = ('num_classes', 'num_things_classes', 'num_stuff_classes')


def check_class_weights(model: Mapping[str, Any]) -> None:
    """Refuse a `class_weight` with more or fewer values than the loss has classes.

    A loss with a background, or 'no object', has one class more than its head.

    Args:
        model: A detector's or segmentor's config.

    Raises:
        ConfigError: The numbers differ; the message has both.
    """
    for place, weights, allowed in _weights(model, 'model', frozenset()):
        if len(weights) not in allowed:
            numbers = ' or '.join(str(number) for number in sorted(allowed))
            raise ConfigError(
                f'{place} has {len(weights)} values ({shortened(weights)}), but the '
                f'loss has {numbers} classes: give one for each'
            )


def _weights(
    node: Any, place: str, classes: frozenset[int]
) -> Iterator[tuple[str, Any, frozenset[int]]]:
    """Yield the place and values of each list of weights, and how many it may have."""
    if isinstance(node, (list, tuple)):
        for i, one in enumerate(node):
            yield from _weights(one, f'{place}.{i}', classes)
    if not isinstance(node, Mapping):
        return
    classes = _classes(node) or classes
    weights = node.get('class_weight')
    if isinstance(weights, (list, tuple)) and classes:
        yield f'{place}.class_weight', weights, _allowed(node, place, classes)
    for key, value in node.items():
        yield from _weights(value, f'{place}.{key}', classes)


def _classes(head: Mapping[str, Any]) -> frozenset[int]:
    """Return the numbers of classes that a head's own arguments allow."""
    numbers = [head[key] for key in NUMBERS if isinstance(head.get(key), int)]
    # mmseg's heads may have one output for two classes.
    outputs = head.get('out_channels')
    few = {outputs} if isinstance(outputs, int) and outputs <= 2 else set()
    if type_name(head) in NO_OBJECT_HEADS:
        few = {number + 1 for number in numbers}
    return frozenset({sum(numbers), *few} if numbers else ())


def _allowed(
    loss: Mapping[str, Any], place: str, classes: frozenset[int]
) -> frozenset[int]:
    if '.loss_decode' in place:
        return classes
    with_background = {number + 1 for number in classes}
    if 'bbox_head' in place and loss.get('use_sigmoid') is False:
        return frozenset(with_background)
    return classes | with_background
