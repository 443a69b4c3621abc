# SPDX-License-Identifier: Apache-2.0
"""Saving the checkpoints of a run by this project's hook."""

from collections.abc import Mapping

import mmengine.hooks
from mmengine.config import Config

from mmmetaformer.host import as_list, type_name

__all__ = ['use_safe_checkpoints']

OURS = 'mmmetaformer.CheckpointHook'


def use_safe_checkpoints(cfg: Config) -> None:
    """Replace mmengine's CheckpointHook by this project's, with the same arguments.

    Args:
        cfg: The run's config, changed in place. Its `default_hooks.checkpoint` may be
            None for no checkpoints. Hooks of other types and objects stay.
    """
    # mmengine adds its own where the config has none.
    default = dict(checkpoint=dict(type='CheckpointHook'))
    cfg.default_hooks = {**default, **(cfg.get('default_hooks') or {})}
    for hook in (*cfg.default_hooks.values(), *as_list(cfg.get('custom_hooks'))):
        is_hook = isinstance(hook, Mapping) and type_name(hook) == 'CheckpointHook'
        if is_hook and hook['type'] in (
            'CheckpointHook',
            'mmengine.CheckpointHook',
            mmengine.hooks.CheckpointHook,
        ):
            hook['type'] = OURS
