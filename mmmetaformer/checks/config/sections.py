# SPDX-License-Identifier: Apache-2.0
"""Whether the sections of a config that have no type have keys that something reads."""

import inspect
from collections.abc import Mapping
from typing import Any

from mmengine.config import Config
from mmengine.optim import OptimWrapper
from mmengine.runner import (
    EpochBasedTrainLoop,
    IterBasedTrainLoop,
    LogProcessor,
    Runner,
    TestLoop,
    ValLoop,
)
from mmengine.utils.dl_utils import set_multi_processing
from torch.utils.data import DataLoader

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import SPLITS, counts_epochs
from mmmetaformer.text import did_you_mean

__all__ = ['FREE_KEYS', 'arguments_of_section', 'check_sections']

#: Dicts whose keys are names that the user chooses.
FREE_KEYS = frozenset({'custom_keys', 'metainfo', 'label_map', 'dist_cfg'})
# mmengine's hooks that None switches off.
DEFAULT_HOOKS = frozenset(
    {'runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler', 'checkpoint'}
)
# Those that the runner and its loops fill in.
FILLED_IN = {'self', 'runner', 'dataloader', 'evaluator', 'optimizer', 'distributed'}
LOADER = {'num_batch_per_epoch', 'disable_subprocess_warning'}


def check_sections(cfg: Config) -> None:
    """Refuse keys of loaders, loops and settings of the runner that nothing reads.

    Args:
        cfg: The run's config. Sections with a `type` are checked by signature.

    Raises:
        ConfigError: A key is unknown, with the nearest that is known; or a default
            hook has no type.
    """
    loaders = [f'{split}_dataloader' for split in SPLITS]
    loops = [f'{split}_cfg' for split in SPLITS]
    rest = ['optim_wrapper', 'randomness', 'env_cfg', 'env_cfg.mp_cfg']
    for place in [*loaders, *loops, *rest, 'auto_scale_lr', 'log_processor']:
        section = _at(cfg, place)
        known = arguments_of_section(cfg, place)
        for key in section if known else ():
            if key not in known:
                near = did_you_mean(key, known)
                raise ConfigError(
                    f'{place} has no key {key!r}.'
                    + (near or f' Valid: {", ".join(sorted(known))}')
                )
    _check_hooks(cfg.get('default_hooks') or {})


def arguments_of_section(cfg: Config, place: str) -> frozenset[str]:
    """Return the keys of a section without type; empty if it has one, or is no section.

    Args:
        cfg: The run's config.
        place: The section's key in the config, such as 'train_dataloader'.
    """
    section = _at(cfg, place)
    if section is None or 'type' in section:
        return frozenset()
    if place == 'optim_wrapper' and 'optimizer' not in section:
        return frozenset()  # several wrappers, under names of their own
    if place.endswith('_dataloader') and '.' not in place:
        return _arguments(DataLoader) | LOADER
    sections: dict[str, frozenset[str]] = {
        'val_cfg': _arguments(ValLoop),
        'test_cfg': _arguments(TestLoop),
        'optim_wrapper': _arguments(OptimWrapper)
        | {'optimizer', 'constructor', 'paramwise_cfg'},
        'randomness': _arguments(Runner.set_randomness),
        'env_cfg': frozenset(
            {'cudnn_benchmark', 'mp_cfg', 'dist_cfg', 'resource_limit'}
        ),
        'env_cfg.mp_cfg': _arguments(set_multi_processing),
        'auto_scale_lr': frozenset({'enable', 'base_batch_size'}),
        'log_processor': _arguments(LogProcessor),
    }
    if place == 'train_cfg':
        by_epoch = counts_epochs(cfg)
        loop = EpochBasedTrainLoop if by_epoch else IterBasedTrainLoop
        return _arguments(loop) | {'by_epoch'}
    return sections.get(place, frozenset())


def _arguments(function: Any) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters) - FILLED_IN


def _at(cfg: Config, place: str) -> Any:
    node: Any = cfg
    for key in place.split('.'):
        node = node.get(key) if isinstance(node, (Mapping, Config)) else None
    return node if isinstance(node, Mapping) else None


def _check_hooks(hooks: Mapping[str, Any]) -> None:
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
