# SPDX-License-Identifier: Apache-2.0
"""The types that the config in a checkpoint may name.

mmengine imports and calls whatever a `type` names that no registry has, such as
`os.system`. What registries have is code of this project, of the installed hosts, or
what the caller's own program has registered. Some of it loads further files or models
that its arguments name; that is left out, too.
"""

import importlib
import importlib.util
import re
from collections.abc import Iterator
from typing import Any

from mmengine.registry import MODELS, TASK_UTILS, TRANSFORMS, Registry

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import dicts_in

__all__ = ['SCOPES', 'check_scope', 'check_types']

#: The packages whose registries are looked into.
SCOPES = ('mmengine', 'mmcv', 'mmdet', 'mmseg', 'mmpretrain', 'mmmetaformer')
#: Operators that mmcv and mmdet look up in `mmcv.ops`.
OPERATORS = ('nms', 'soft_nms', 'nms_match', 'RoIAlign', 'RoIPool')
#: Types of this project that are named by their import path.
BY_PATH = frozenset(
    f'mmmetaformer.{module}.{name}'
    for module in ('segmentation', 'models.decode_heads')
    for name in ('FCNHead', 'FPNHead', 'UPerHead')
) | {
    'mmmetaformer.detection.FPN',
    'mmmetaformer.segmentation.FPN',
    'mmmetaformer.segmentation.SegformerHead',
}
#: Modules whose classes open files, configs or hubs that their arguments name, or
#: evaluate text.
OPENS_OTHERS = (
    'mmdet.models.dense_heads.atss_vlfusion_head',
    'mmdet.models.detectors.glip',
    'mmdet.models.detectors.grounding_dino',
    'mmdet.models.detectors.kd_one_stage',
    'mmdet.models.detectors.lad',
    'mmdet.models.language_models',
    'mmdet.models.mot',
    'mmdet.models.task_modules.tracking',
    'mmdet.models.vis',
    'mmpretrain.models.backbones.timm_backbone',
    'mmpretrain.models.classifiers',
    'mmpretrain.models.heads.vqa_head',
    'mmpretrain.models.multimodal',
    'mmpretrain.models.peft',
    'mmpretrain.models.retrievers',
    'mmpretrain.models.selfsup',
    'mmpretrain.models.utils',
    'mmpretrain.utils',
    'mmseg.models.backbones.timm_backbone',
    'mmseg.models.backbones.vpd',
    'mmseg.models.text_encoder',
)
#: Text that names a file or an address; losses read their `class_weight` from one.
FILE = re.compile(r'[/\\]|\.[A-Za-z]\w*$')
#: What these transforms do depends on the image and their arguments alone.
TRANSFORM_NAMES = frozenset(
    (
        'AdjustGamma',
        'CLAHE',
        'CenterCrop',
        'FixShapeResize',
        'LoadImageFromFile',
        'Normalize',
        'PackDetInputs',
        'PackSegInputs',
        'Pad',
        'RGB2Gray',
        'RandomFlip',
        'Rerange',
        'Resize',
        'ResizeShortestEdge',
        'ResizeToMultiple',
        'TestTimeAug',
    )
)


def check_scope(scope: Any, name: str) -> None:
    """Refuse a scope of a package that is not one of SCOPES.

    Args:
        scope: `default_scope` of the config.
        name: Where it is from, for the message.

    Raises:
        ConfigError: mmengine would import another package.
    """
    if scope not in SCOPES:
        raise ConfigError(
            f'the config in {name} has default_scope={scope!r}, expected one of '
            f'{", ".join(SCOPES)}. Pass the config file: --config FILE'
        )


def check_types(parts: Any, scope: str, name: str, transforms: bool = False) -> None:
    """Refuse a type that is not registered, in all dicts of a config.

    Args:
        parts: The config, or a part of it.
        scope: Its default scope.
        name: Where it is from, for the message.
        transforms: Whether it is a pipeline.

    Raises:
        ConfigError: A type is unknown, or may load what the config names.
    """
    for part in dicts_in(parts):
        if '_scope_' in part:
            raise ConfigError(
                f'the config in {name} sets _scope_={part["_scope_"]!r}, which is not '
                'accepted from a checkpoint. Pass the config file: --config FILE'
            )
        for text in () if transforms else _texts(part):
            if FILE.search(text):
                raise ConfigError(
                    f'the config in {name} names {text!r} in its model, which looks '
                    'like a file and is not accepted from a checkpoint. If you trust '
                    'it, pass the config file: --config FILE'
                )
        if 'type' not in part:
            continue
        kind = part['type']
        known = isinstance(kind, str) and (
            _is_transform(kind, scope) if transforms else _is_model(kind, scope)
        )
        if not known:
            raise ConfigError(
                f'the config in {name} names the type {kind!r}, which is not accepted '
                'from a checkpoint: it is not a registered one, or one that loads '
                'other files. If you trust it, pass the config file: --config FILE'
            )


def _texts(part: dict[str, Any]) -> Iterator[str]:
    """Yield the text in a dict and its lists, but for the type."""
    waiting = [value for key, value in part.items() if key != 'type']
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, (list, tuple)):
            waiting += value


def _is_model(kind: str, scope: str) -> bool:
    if kind in OPERATORS or kind in BY_PATH:
        return True
    found = [
        registry.module_dict[kind.rpartition('.')[2]]
        for registry in _registries((MODELS, TASK_UTILS), kind, scope)
        if kind.rpartition('.')[2] in registry.module_dict
    ]
    return bool(found) and not any(
        (getattr(one, '__module__', '') + '.').startswith(f'{module}.')
        for one in found
        for module in OPENS_OTHERS
    )


def _is_transform(kind: str, scope: str) -> bool:
    name = kind.rpartition('.')[2]
    return name in TRANSFORM_NAMES and any(
        name in registry.module_dict
        for registry in _registries((TRANSFORMS,), kind, scope)
    )


def _registries(
    roots: tuple[Registry, ...], kind: str, scope: str
) -> Iterator[Registry]:
    """Yield the registries in which mmengine looks a type up."""
    named, dot, _ = kind.rpartition('.')
    if dot and named not in SCOPES:  # an import path
        return
    wanted = named or scope
    for package in {wanted, 'mmengine'}:
        # mmcv registers with mmengine's registries.
        if package != 'mmcv' and importlib.util.find_spec(package):
            importlib.import_module(f'{package}.registry')
    for root in roots:
        for registry in (root, *root.children.values()):
            is_root = registry.scope == root.scope
            if registry.scope == wanted or (is_root and named in ('', 'mmcv')):
                registry.import_from_location()
                yield registry
