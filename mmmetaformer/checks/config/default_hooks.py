# SPDX-License-Identifier: Apache-2.0
"""Whether each default hook of a config has a type, or a name that mmengine knows."""

from collections.abc import Mapping

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.text import did_you_mean

__all__ = ['check_default_hooks']

# mmengine's hooks that None switches off.
DEFAULT_HOOKS = frozenset(
    {'runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler', 'checkpoint'}
)


def check_default_hooks(cfg: Config) -> None:
    """Refuse a default hook without a type, and None where there is no such hook.

    Raises:
        ConfigError: The message has the nearest name.
    """
    hooks = cfg.get('default_hooks') or {}
    for name, hook in hooks.items():
        if isinstance(hook, Mapping) and 'type' not in hook:
            others = [other for other in hooks if other != name]
            raise ConfigError(
                f'default_hooks.{name} has no type.'
                f'{did_you_mean(name, {*others, *DEFAULT_HOOKS} - {name})}'
            )
        if hook is None and name not in DEFAULT_HOOKS:
            raise ConfigError(
                f'default_hooks.{name} is None, which switches off only '
                f'{", ".join(sorted(DEFAULT_HOOKS))}. Delete the key in a config file: '
                'default_hooks = dict(_delete_=True, ...)'
            )
