# SPDX-License-Identifier: Apache-2.0
"""Continuing with the config's optimizer if its settings are not the checkpoint's."""

import inspect
from collections.abc import Collection, Mapping
from typing import Any

from mmengine.optim import OptimWrapper

from mmmetaformer.errors import ConfigError

__all__ = ['check_optimizer', 'groups_in', 'keep_settings']

# Which code computes the same update; torch adds such keys from time to time.
CODE = ('foreach', 'fused', 'capturable', 'differentiable', 'maximize')
# Settings that need a state which the checkpoint does not have, or another equation.
FIXED = ('amsgrad', 'centered', 'decoupled_weight_decay')


def groups_in(saved: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the groups of a wrapper's state dict, as `OptimWrapper.param_groups`."""
    base = saved.get('base_param_settings')
    return [*saved['param_groups'], *([base] if base else [])]


def check_optimizer(wrapper: OptimWrapper, saved: Mapping[str, Any], name: str) -> None:
    """Refuse the state of another optimizer, or of one with other parameter groups.

    Args:
        wrapper: The config's optimizer, as new.
        saved: The state dict in the checkpoint.
        name: The checkpoint's file, for the message.

    Raises:
        ConfigError: The state does not fit.
    """
    way_out = (
        'Restore the optim_wrapper that it was trained with, or start a new run with '
        f'the weights: --cfg-options load_from={name}'
    )
    kind = type(wrapper.optimizer).__name__
    groups, own_groups = saved['param_groups'], wrapper.optimizer.param_groups
    if len(groups) != len(own_groups):
        raise ConfigError(
            f"{name} has {len(groups)} parameter groups, the config's {kind} has "
            f'{len(own_groups)}. {way_out}'
        )
    for number, (theirs, own) in enumerate(zip(groups, own_groups, strict=True)):
        if len(theirs['params']) != len(own['params']):
            raise ConfigError(
                f'{name} has {len(theirs["params"])} tensors in parameter group '
                f"{number}, the config's {kind} has {len(own['params'])}. {way_out}"
            )
    # The last has the optimizer's own settings, without those of groups.
    theirs, own = groups_in(saved)[-1], wrapper.param_groups[-1]
    only_theirs = sorted(_settings(theirs) - _settings(own))
    only_own = sorted(_settings(own) - _settings(theirs))
    both = set(theirs) & set(own)
    fixed = [key for key in FIXED if key in both and theirs[key] != own[key]]
    if only_theirs or only_own or fixed:
        names = ', '.join(only_theirs or only_own or fixed)
        which = 'with' if only_theirs else 'without' if only_own else 'with another'
        raise ConfigError(
            f'{name} has the state of another optimizer ({which} {names}) than the '
            f"config's {kind}. {way_out}"
        )


def keep_settings(
    wrapper: OptimWrapper, saved: Mapping[str, Any], scheduled: Collection[str]
) -> list[str]:
    """Put the config's settings of the optimizer into the state dict of a checkpoint.

    Args:
        wrapper: The config's optimizer, as new.
        saved: The state dict in the checkpoint, changed in place.
        scheduled: Names of what schedulers change.

    Returns:
        A line for each setting that differs.
    """
    own_names = set(inspect.signature(type(wrapper.optimizer)).parameters)
    skipped = {'params', *scheduled, *(['betas'] if 'momentum' in scheduled else [])}
    lines: dict[str, str] = {}
    for theirs, own in zip(groups_in(saved), wrapper.param_groups, strict=True):
        for key in own_names & set(own) - skipped:
            old, new = theirs.get(key), own[key]
            if _plain(old) != _plain(new):
                theirs[key] = new
                if key not in CODE:
                    lines.setdefault(
                        key,
                        f"{key} {old}, the config {new}: continuing with the config's",
                    )
    return [lines[key] for key in sorted(lines)]


def _settings(group: Mapping[str, Any]) -> set[str]:
    """Return the names of settings; momentum of Adam is a copy for its scheduler."""
    left_out = {'params', *CODE, *FIXED}
    if 'betas' in group:
        left_out.add('momentum')
    return {key for key in group if key not in left_out and key[:8] != 'initial_'}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
