# SPDX-License-Identifier: Apache-2.0
"""Build what a name on the command line stands for."""

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import torch
from mmengine.config import Config
from torch import nn

from mmmetaformer import models
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import SEGMENTOR_HEADS, as_list
from mmmetaformer.models.layers import StarReLU
from mmmetaformer.models.named import find_backbone

from .config_workload import ConfigWorkload
from .setting import Setting
from .workload import Workload

__all__ = ['build']

#: timm's models that the literature compares with, by the names of the configs.
REFERENCES = {
    'swin_t': 'swin_tiny_patch4_window7_224',
    'convnext_t': 'convnext_tiny',
    'resnet_50': 'resnet50',
}
#: Activations, measured on the largest tensor in the MLPs of ConvFormer-S18.
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    'star_relu': StarReLU,
    'gelu': nn.GELU,
    'timm/star_relu': lambda: _timm().models.metaformer.StarReLU(),
}
HIDDEN = 256


def build(
    name: str, setting: Setting, load_config: Callable[[str], Config]
) -> Workload:
    """Build the workload that a name stands for.

    Args:
        name: A backbone of ours such as `convformer_s18`, one of timm's such as
            `timm/convformer_s18`, a key of REFERENCES or ACTIVATIONS, or a
            config. `:plain` after a backbone or config of ours builds it without
            recomputation and memory-efficient losses. `:compile` after any name
            compiles the module, or the backbone of a config.
        setting: The images and the device.
        load_config: Reads a config by its path or name.

    Raises:
        ConfigError: The name is unknown, an option does not apply to it, or timm is
            needed and not installed.
    """
    base, *options = name.split(':')
    for option in options:
        if option not in ('plain', 'compile'):
            raise ConfigError(f'{name}: the options are `:plain` and `:compile`')
    plain = 'plain' in options
    backbone = _module(base, setting, plain)
    if backbone is None:
        cfg = load_config(base)
        if plain:
            _make_plain(cfg.model)
        workload: Workload = ConfigWorkload(name, cfg, setting)
        backbone = workload.module.backbone
    else:
        workload = Workload(name, backbone, _input(base, setting), setting)
    if plain and not isinstance(backbone, models.MetaFormer):
        raise ConfigError(f'{name}: `:plain` needs a backbone of this project')
    if 'compile' in options:
        backbone.compile()
    return workload


def _make_plain(model: MutableMapping[str, Any]) -> None:
    """Switch off recomputation and memory-efficient losses in a config's model."""
    if _is_ours(model['backbone']):
        model['backbone']['recompute'] = False
    for name in SEGMENTOR_HEADS:
        for head in as_list(model.get(name)):
            if _is_ours(head):
                head['memory_efficient_loss'] = False


def _is_ours(part: Mapping[str, Any]) -> bool:
    return str(part['type']).startswith('mmmetaformer.')


def _input(base: str, setting: Setting) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    height, width = setting.size
    if base in ACTIVATIONS:
        shape = (setting.batch, HIDDEN, height // 4, width // 4)
        # As wide as the maps of a model that starts to train.
        return torch.randn(shape, generator=generator).requires_grad_()
    return torch.randn(setting.batch, 3, height, width, generator=generator)


def _module(base: str, setting: Setting, plain: bool) -> nn.Module | None:
    """Return the module of a name, None for that of a config."""
    if base in ACTIVATIONS:
        return ACTIVATIONS[base]()
    if base in REFERENCES or base.startswith('timm/'):
        return _features(REFERENCES.get(base, base.removeprefix('timm/')), setting)
    found = find_backbone(base)
    if found is None:
        return None
    kind, arch = found
    # Without norms on the outputs, as timm's features.
    return kind(arch, out_norm=None, recompute=not plain)


def _features(name: str, setting: Setting) -> nn.Module:
    # Swin's windows are laid out for one size of image.
    options = {'img_size': setting.size} if name.startswith('swin') else {}
    try:
        return _timm().create_model(name, features_only=True, **options)
    except RuntimeError as error:  # for an unknown name
        raise ConfigError(f'timm/{name}: {error}') from error


def _timm() -> Any:
    try:
        import timm
    except ImportError as error:
        raise ConfigError("timm's models need `pip install timm`") from error
    return timm
