# SPDX-License-Identifier: Apache-2.0
"""From the names that users type to something that runs."""

from collections.abc import Callable
from typing import Any

import torch
from mmengine.config import Config
from torch import nn

from mmmetaformer import models
from mmmetaformer.errors import ConfigError
from mmmetaformer.models.layers import StarReLU

from .config_workload import ConfigWorkload
from .setting import Setting
from .workload import Workload

__all__ = ['build']

#: What the literature compares with, by the names of the configs; timm's.
REFERENCES = {
    'swin_t': 'swin_tiny_patch4_window7_224',
    'convnext_t': 'convnext_tiny',
    'resnet_50': 'resnet50',
}
#: Activations, measured on the largest tensor of the smallest ConvFormer's MLPs.
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    'star_relu': StarReLU,
    'gelu': nn.GELU,
    'timm/star_relu': lambda: _timm().models.metaformer.StarReLU(),
}
HIDDEN = 256


def build(
    name: str, setting: Setting, load_config: Callable[[str], Config]
) -> Workload:
    """What a name stands for.

    Args:
        name: A backbone of ours such as `convformer_s18`, one of timm's such as
            `timm/convformer_s18`, a key of REFERENCES or ACTIVATIONS, or the path of
            a config. `:plain` behind a backbone of ours switches its fast ways off,
            `:compile` behind any name compiles the module, or a config's backbone.
        setting: Where it is to run.
        load_config: Reads a config's file.

    Raises:
        ConfigError: There is nothing of that name, an option does not fit it, or timm
            is needed and missing.
    """
    base, *options = name.split(':')
    for option in options:
        if option not in ('plain', 'compile'):
            raise ConfigError(f'{name}: after a colon is `plain` or `compile`')
    if base.endswith('.py'):
        workload: Workload = ConfigWorkload(name, load_config(base), setting)
        backbone: nn.Module = workload.module.backbone
    else:
        backbone = _module(base, setting)
        workload = Workload(name, backbone, _input(base, setting), setting)
    if 'plain' in options:
        if not isinstance(backbone, models.MetaFormer):
            raise ConfigError(f'{name}: only backbones of this project have fast ways')
        backbone.fast = False
    if 'compile' in options:
        backbone.compile()
    return workload


def _input(base: str, setting: Setting) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    height, width = setting.size
    if base in ACTIVATIONS:
        shape = (setting.batch, HIDDEN, height // 4, width // 4)
        # As wide as the maps of a model at its start.
        return torch.randn(shape, generator=generator).requires_grad_()
    return torch.randn(setting.batch, 3, height, width, generator=generator)


def _module(base: str, setting: Setting) -> nn.Module:
    if base in ACTIVATIONS:
        return ACTIVATIONS[base]()
    if base in REFERENCES or base.startswith('timm/'):
        return _features(REFERENCES.get(base, base.removeprefix('timm/')), setting)
    family, _, arch = base.rpartition('_')
    for cls in vars(models).values():
        sizes = getattr(cls, 'arch_settings', {})
        if arch in sizes and cls.__name__.lower() == family:
            # Without norms on the outputs, which timm's features do not have.
            return cls(arch, out_norm=None)
    raise ConfigError(
        f'{base!r} is no backbone of this project, such as convformer_s18; no name of '
        f'{sorted({*REFERENCES, *ACTIVATIONS})}; no timm/NAME; and no file of a config'
    )


def _features(name: str, setting: Setting) -> nn.Module:
    # Swin's windows are laid out for one size of image.
    options = {'img_size': setting.size} if name.startswith('swin') else {}
    try:
        return _timm().create_model(name, features_only=True, **options)
    except RuntimeError as error:  # timm's words for a name that it does not know
        raise ConfigError(f'timm/{name}: {error}') from error


def _timm() -> Any:
    try:
        import timm
    except ImportError as error:
        raise ConfigError("timm's models need `pip install timm`") from error
    return timm
