# SPDX-License-Identifier: Apache-2.0
"""Backbones by the names that command lines use, such as convformer_s18."""

from typing import Any

from mmmetaformer.errors import ConfigError

from . import backbones

__all__ = ['find_backbone']


def find_backbone(name: str) -> tuple[Any, str] | None:
    """Return the class and the size that a name stands for, None if it is no family.

    Raises:
        ConfigError: The family has no such size.
    """
    family, _, arch = name.rpartition('_')
    for kind in vars(backbones).values():
        sizes = getattr(kind, 'arch_settings', None)
        if sizes is None or kind.__name__.lower() != family:
            continue
        if arch not in sizes:
            known = ', '.join(sizes)
            raise ConfigError(f'{kind.__name__} has no size {arch!r}, but {known}')
        return kind, arch
    return None
