# SPDX-License-Identifier: Apache-2.0
"""The learning rate and weight decay of each parameter."""

import inspect
from collections.abc import Collection, Mapping
from typing import Any

from mmengine.optim import DefaultOptimWrapperConstructor
from torch import nn

from mmmetaformer.compat.parameter_lines import without_parameter_lines
from mmmetaformer.errors import ConfigError, check_choice
from mmmetaformer.registry import OPTIM_WRAPPER_CONSTRUCTORS

__all__ = ['ParamwiseConstructor']

HOST_RULES = (
    'bias_lr_mult',
    'bias_decay_mult',
    'norm_decay_mult',
    'dwconv_decay_mult',
    'dcn_offset_lr_mult',
    'flat_decay_mult',
    'bypass_duplicate',
)
MULTS = ('lr_mult', 'decay_mult')
OWN_RULES = ('custom_keys', 'decay_rate', 'decay_type')
#: Values of `decay_type`, and the method of a backbone that counts its layers.
DEPTHS = {'layer_wise': 'get_layer_depth', 'stage_wise': 'get_stage_depth'}


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class ParamwiseConstructor(DefaultOptimWrapperConstructor):
    """mmengine's constructor with rules that combine, and rates that decay with depth.

    A config names it in `optim_wrapper.constructor`. `optim_wrapper.paramwise_cfg`
    takes mmengine's rules (such as `flat_decay_mult=0`: no decay of vectors), and

    - `custom_keys`, as in mmengine: `{part of a name: dict(lr_mult=, decay_mult=)}`.
      The longest matching key counts. In mmengine a key switches off all other rules
      for the parameters it names (open-mmlab/mmengine#846). Here the factors are
      multiplied, so vectors never decay.
    - `decay_rate` in (0, 1) and `decay_type`, `'layer_wise'` (the default) or
      `'stage_wise'`: the factor of a layer is `decay_rate ** (layers behind it)`. The
      backbone counts its layers (`get_layer_depth`, as in mmpretrain), so that any
      depth works.

    Parameters of the same layer, rate and decay share a group, so that the optimizer
    can update them together.

    Args:
        optim_wrapper_cfg: Config of the optimizer wrapper, with `optimizer`.
        paramwise_cfg: The rules.

    Raises:
        ConfigError: A rule is unknown, or would change nothing.
    """

    def __init__(
        self,
        optim_wrapper_cfg: dict[str, Any],
        paramwise_cfg: Mapping[str, Any] | None = None,
    ) -> None:
        rules = dict(paramwise_cfg or {})
        _check_rules(rules)
        self.custom_keys = rules.pop('custom_keys', {})
        self.decay_rate = rules.pop('decay_rate', None)
        self.decay_type = rules.pop('decay_type', 'layer_wise')
        # mmengine skips `add_params` if there are no rules.
        rules.setdefault('bypass_duplicate', True)
        super().__init__(optim_wrapper_cfg, rules)

    def add_params(
        self,
        params: list[dict[str, Any]],
        module: nn.Module,
        prefix: str = '',
        is_dcn_module: bool | None = None,
    ) -> None:
        """Append the groups of the trainable parameters of a model to `params`.

        mmengine calls it for the model, and with a prefix for each module inside.
        """
        if prefix:
            super().add_params(params, module, prefix, is_dcn_module)
            return
        single: list[dict[str, Any]] = []  # one group a parameter
        with without_parameter_lines():
            super().add_params(single, module)
        names = {id(p): name for name, p in module.named_parameters()}
        _check_keys(self.custom_keys, names.values())
        depths = _depths(module, DEPTHS[self.decay_type]) if self.decay_rate else {}
        merged: dict[tuple, dict[str, Any]] = {}
        for group in single:
            (param,) = group['params']
            name = names[id(param)]
            mults = _fitting(self.custom_keys, name)
            settings: dict[str, float] = {}
            scale = mults.get('lr_mult', 1.0)
            if name in depths:
                depth, num_layers = depths[name]
                settings['layer'] = depth
                scale *= self.decay_rate ** (num_layers - 1 - depth)
            if self.base_lr is not None:
                group.setdefault('lr', self.base_lr)
                settings['lr'] = group['lr'] * scale
            if self.base_wd is not None:
                group.setdefault('weight_decay', self.base_wd)
                decay_mult = mults.get('decay_mult', 1.0)
                settings['weight_decay'] = group['weight_decay'] * decay_mult
            key = tuple(settings.items())
            merged.setdefault(key, {'params': [], **settings})['params'].append(param)
        if self.decay_rate:
            self._check_decay(depths, {names[id(g['params'][0])] for g in single})
        params.extend(merged.values())

    def _check_decay(
        self, depths: Mapping[str, tuple[int, int]], trained: set[str]
    ) -> None:
        """Refuse a decay that changes no rate."""
        if not depths:
            raise ConfigError(
                f'decay_rate={self.decay_rate} would change nothing: no part of the '
                f'model counts its layers (has a method `{DEPTHS[self.decay_type]}`). '
                'All backbones of mmmetaformer do'
            )
        if all(i == n - 1 for name, (i, n) in depths.items() if name in trained):
            raise ConfigError(
                f'decay_rate={self.decay_rate} would change nothing: every layer with '
                'a lower rate is frozen. Remove decay_rate, or lower frozen_stages'
            )


def _check_rules(rules: Mapping[str, Any]) -> None:
    if 'num_layers' in rules:
        raise ConfigError(
            'paramwise_cfg.num_layers is not needed: the backbone knows its layers. '
            'Remove it'
        )
    for name in rules:
        check_choice('rule of paramwise_cfg', name, HOST_RULES + OWN_RULES)
    check_choice('decay_type', rules.get('decay_type', 'layer_wise'), DEPTHS)
    rate = rules.get('decay_rate')
    if rate is not None and not 0 < rate < 1:
        raise ConfigError(
            f'paramwise_cfg.decay_rate must be between 0 and 1, got {rate!r}. Remove '
            'it for equal rates'
        )
    if rate is None and 'decay_type' in rules:
        raise ConfigError('paramwise_cfg.decay_type needs a decay_rate')
    for key, mults in rules.get('custom_keys', {}).items():
        for name in mults:
            check_choice(f'entry of custom_keys[{key!r}]', name, MULTS)


def _check_keys(custom_keys: Mapping[str, Any], names: Collection[str]) -> None:
    for key in custom_keys:
        if not any(key in name for name in names):
            tops = ', '.join(sorted({name.partition('.')[0] for name in names}))
            raise ConfigError(
                f'paramwise_cfg.custom_keys has {key!r}, but no parameter has that in '
                f'its name. Names begin with {tops}'
            )


def _fitting(custom_keys: Mapping[str, Any], name: str) -> Mapping[str, float]:
    """Return the entry with the longest key that is in the name, as mmengine does."""
    for key in sorted(sorted(custom_keys), key=len, reverse=True):
        if key in name:
            return custom_keys[key]
    return {}


def _depths(model: nn.Module, method: str) -> dict[str, tuple[int, int]]:
    """Return layer and number of layers of each parameter, by name.

    Only parameters of modules that count their layers are there. These modules may be
    anywhere: a backbone in a detector, in a wrapped detector, or alone.
    """
    depths: dict[str, tuple[int, int]] = {}
    for place, module in model.named_modules():
        count = getattr(module, method, None)
        # mmpretrain's classifiers have the method too, without `prefix`, and ask their
        # backbone.
        if count is None or 'prefix' not in inspect.signature(count).parameters:
            continue
        prefix = f'{place}.' if place else ''
        for name, _ in module.named_parameters():
            full = prefix + name
            # The outer module comes first and counts the inner ones too.
            if full not in depths:
                depths[full] = count(full, prefix)
    return depths
