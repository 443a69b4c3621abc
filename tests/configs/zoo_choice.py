# SPDX-License-Identifier: Apache-2.0
"""Which configs of mmdet's and mmseg's wheels are tried."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config
from zoo_backbones import PLAIN, part_with_backbone, plain_type
from zoo_reasons import OTHER_MODELS

#: Parts of a model that are not its method, or act in testing only.
OUTSIDE = frozenset({'backbone', 'data_preprocessor', 'init_cfg', 'test_cfg'})


@dataclass(frozen=True)
class Found:
    """A config of the wheel."""

    folder: str
    path: str  # below the folder of all configs
    backbone: str  # its type, or '' where there is none
    kind: tuple[str, ...] = ()  # the types of detector, neck, heads and what they use
    error: str = ''  # why it cannot be read

    @property
    def is_tried(self) -> bool:
        return self.backbone in PLAIN and self.model not in OTHER_MODELS

    @property
    def model(self) -> str:
        """The type of the detector or segmentor."""
        names = [one for one in self.kind if one.startswith('model=')]
        return names[0].partition('=')[2] if names else ''

    def row(self) -> dict[str, Any]:
        return asdict(self)


def folder_of(host: str) -> Path:
    """Return the folder of all configs in a host's wheel."""
    return Path(str(importlib.import_module(host).__file__)).parent / '.mim/configs'


def kind_of(model: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what distinguishes the method of a model: all types but the backbone's.

    Of the preprocessor its own type alone, which says what a batch consists of.
    """
    packed = (model.get('data_preprocessor') or {}).get('type')
    return tuple(sorted({f'data={packed}', *_types(model, 'model')}))


def _types(node: Any, place: str) -> Iterator[str]:
    if isinstance(node, Mapping):
        if 'type' in node:
            yield f'{place}={node["type"]}'
        for key, value in node.items():
            if key not in OUTSIDE:
                yield from _types(value, f'{place}.{key}')
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from _types(value, place)


def read(host: str, path: str) -> Config:
    """Read a config of the wheel without its custom imports."""
    return Config.fromfile(folder_of(host) / path, import_custom_modules=False)


def find(host: str) -> Iterator[Found]:
    """Yield every config that has a model, and those that cannot be read."""
    root = folder_of(host)
    for file in sorted(root.rglob('*.py')):
        path = str(file.relative_to(root))
        folder = path.partition('/')[0]
        if folder == '_base_':
            continue
        try:
            cfg = read(host, path)
        except (OSError, ImportError, KeyError) as error:
            yield Found(folder, path, '', error=f'{type(error).__name__}: {error}')
            continue
        if 'model' in cfg:
            model = cfg.model.to_dict()
            backbone = part_with_backbone(model).get('backbone') or {}
            name = plain_type(backbone) if backbone else ''
            yield Found(folder, path, name, kind_of(model))


def choose(found: list[Found]) -> list[Found]:
    """Return one config for each folder and kind, with a plain backbone if one has it.

    ResNet-50 first, then the shortest name.
    """
    chosen: dict[tuple[str, tuple[str, ...]], Found] = {}
    for one in sorted(found, key=_preference):
        if not one.error:
            chosen.setdefault((one.folder, one.kind), one)
    return sorted(chosen.values(), key=lambda one: one.path)


def _preference(one: Found) -> tuple[bool, bool, int, str]:
    return (not one.is_tried, 'r50' not in one.path, len(one.path), one.path)
