# SPDX-License-Identifier: Apache-2.0
"""Whether a model config's neck and heads take what its backbone returns."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import HEADS_ON_MAPS, as_list
from mmmetaformer.models import MetaFormer

from .backbone_channels import channels_by_running
from .lookup import look_up

__all__ = ['check_channels', 'is_ours']

# Of mmengine's builder, not of the backbone.
KEYS = ('type', '_scope_')


def check_channels(model: Mapping[str, Any], scope: str | None = None) -> None:
    """Refuse a model whose neck or heads expect other channels than the backbone has.

    Types and names of arguments are checked before (`arguments.py`). A backbone of this
    project is built for the check, so that its own errors come before training starts.
    Of another backbone, the channels are compared with those of the neck.

    Args:
        model: A detector's or segmentor's config. Wrappers (a model with `module` or
            `detector`) are not looked into.
        scope: The config's default scope.

    Raises:
        ConfigError: The backbone refuses the values of its arguments, or channels
            differ; the message has both numbers.
    """
    spec = model.get('backbone')
    if not isinstance(spec, Mapping):
        return
    if not is_ours(spec.get('type'), scope):
        channels = channels_by_running(spec, scope) if model.get('neck') else None
        if channels is not None:
            _, neck = next(_takers(model))
            # Those of DetectoRS return the image too, before the maps for the neck.
            taken = len(as_list(neck.get('in_channels')))
            _compare(channels[-taken:] if taken > 1 else channels, model, spec['type'])
        return
    if model.get('pretrained'):
        raise ConfigError(
            f'model.pretrained is {model["pretrained"]!r}, which belongs to the '
            'backbone that this one replaces. Set model.pretrained=None and name '
            'weights in model.backbone.init_cfg'
        )
    _compare(_build_backbone(spec, scope).out_channels, model, spec['type'])


def _compare(channels: Sequence[int], model: Mapping[str, Any], kind: Any) -> None:
    for name, head in _takers(model):
        expected = head.get('in_channels')
        if expected is None:
            continue
        # mmseg's heads take the last map by default, necks take all.
        index = -1 if isinstance(expected, int) else list(range(len(channels)))
        index = head.get('in_index', index)
        given = _at(channels, index, name)
        # Sorted: some necks, such as YOLO's, take the maps from the last to the first.
        if sorted(as_list(expected)) == sorted(given):
            continue
        raise ConfigError(
            f'{name}.in_channels is {expected!r}, but the backbone {kind} '
            f'returns {given if len(given) > 1 else given[0]} there (all its outputs: '
            f'{list(channels)}). Set {name}.in_channels to that.'
        )


def is_ours(name: Any, scope: str | None) -> bool:
    """Return whether a backbone's `type` is one of this project."""
    found = look_up('MODELS', name, scope)
    return inspect.isclass(found) and issubclass(found, MetaFormer)


def _build_backbone(spec: Mapping[str, Any], scope: str | None) -> MetaFormer:
    family = look_up('MODELS', spec['type'], scope)
    arguments = {key: value for key, value in spec.items() if key not in KEYS}
    assert family is not None, 'the types are checked before'
    try:
        return family(**arguments)
    except ConfigError:
        raise
    except Exception as error:
        raise ConfigError(
            f'backbone {family.__name__} cannot be built from {arguments}: {error}'
        ) from error


def _takers(model: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield name and config of what takes the backbone's maps."""
    neck = model.get('neck')
    if neck:
        is_chain = isinstance(neck, Sequence)
        yield ('neck[0]', neck[0]) if is_chain else ('neck', neck)
        return
    for name in HEADS_ON_MAPS:
        heads = model.get(name)
        if isinstance(heads, Mapping):
            yield name, heads
        else:
            yield from ((f'{name}[{i}]', h) for i, h in enumerate(as_list(heads)))


def _at(channels: Sequence[int], index: Any, name: str) -> list[int]:
    indices = as_list(index)
    outside = [i for i in indices if i not in range(-len(channels), len(channels))]
    if outside:
        raise ConfigError(
            f'{name}.in_index is {index!r}, but the backbone has only '
            f'{len(channels)} outputs, of {list(channels)} channels'
        )
    return [channels[i] for i in indices]
