# SPDX-License-Identifier: Apache-2.0
"""The typed dicts inside another one, and which registry builds each."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmmetaformer.host import HEADS, PARTS_BESIDE_BACKBONE

from .place import Place
from .taken import Taken

__all__ = ['nested_in']

# Keys that say which registry builds the dict, whoever takes it.
REGISTRIES = {
    'init_cfg': 'WEIGHT_INITIALIZERS',
    'pipeline': 'TRANSFORMS',
    'switch_pipeline': 'TRANSFORMS',
    'transforms': 'TRANSFORMS',
    'dataset': 'DATASETS',
    'datasets': 'DATASETS',
    'vis_backends': 'VISBACKENDS',
    'metrics': 'METRICS',
    'data_preprocessor': 'MODELS',
    'backbone': 'MODELS',
} | dict.fromkeys(PARTS_BESIDE_BACKBONE, 'MODELS')
HOST = ('mmengine', 'mmcv', 'mmdet', 'mmseg', 'mmpretrain', 'mmmetaformer')
# A `type` under these keys is no name in mmengine's registries: functions and classes
# of mmcv.ops, and words that the module itself understands and checks, such as this
# project's token mixers. An optimizer has a place of its own.
NOT_BUILT = (
    'adapt_cfg',
    'augments',
    'clip_grad',
    'dqs_cfg',
    'nms',
    'optimizer',
    'roi_layer',
    'targets',
    'token_mixers',
)
NOT_BUILT_SUFFIX = '_trans'  # mmdet's FPG
# Its transforms are those of albumentations.
NOT_BUILT_IN = ('Albu',)
# What the module takes out before it builds the dict.
POPPED = {
    'norm_cfg': ('requires_grad',),
    'dcn': ('fallback_on_stride',),
    'loss_cls': ('bg_cls_weight',),
    'upsample_cfg': ('scale_factor',),
    'policies': ('magnitude_key',),
}
# What the module adds; it adds a lot to layers (`norm_cfg`), which differs.
GIVEN = {'vis_backends': ('save_dir',)} | dict.fromkeys(
    HEADS, ('num_classes', 'train_cfg', 'test_cfg')
)
GIVEN_UNKNOWN = ('dcn', 'neg_sampler', 'pixel_decoder', 'pos_sampler', 'sac', 'sampler')


def nested_in(place: Place, name: str, taken: Taken) -> Iterator[Place]:
    """Yield the typed dicts directly inside one, however deep in untyped ones.

    Args:
        place: The outer dict.
        name: Name of the class that takes it.
        taken: What that class takes. What another project's own argument holds is not
            looked into: only that project knows what it does with it.
    """
    if name in NOT_BUILT_IN:
        return
    for key, value in place.spec.items():
        if key in place.popped or key in ('type', '_scope_'):
            continue
        argument = taken.arguments.get(key)
        module = getattr(argument.owner, '__module__', '') if argument else ''
        if key in REGISTRIES or str(module).partition('.')[0] in HOST:
            yield from _typed(value, f'{place.path}.{key}', key, place.registry)


def _typed(node: Any, path: str, key: str, registry: str) -> Iterator[Place]:
    if key in NOT_BUILT or key.endswith(NOT_BUILT_SUFFIX):
        return
    if isinstance(node, Mapping) and 'type' in node:
        is_sure = key in REGISTRIES
        given: tuple[str, ...] | None = GIVEN.get(key, ())
        if key.endswith('cfg') or key in GIVEN_UNKNOWN:
            given = None
        yield Place(
            path,
            node,
            REGISTRIES.get(key, registry),
            given=given,
            popped=POPPED.get(key, ()),
            is_sure=is_sure,
        )
    elif isinstance(node, Mapping):
        for name, value in node.items():
            yield from _typed(value, f'{path}.{name}', str(name), registry)
    elif isinstance(node, (list, tuple)):
        for i, value in enumerate(node):
            yield from _typed(value, f'{path}[{i}]', key, registry)
