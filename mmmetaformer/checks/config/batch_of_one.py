# SPDX-License-Identifier: Apache-2.0
"""Whether batch norm has more than one value per channel to normalize."""

import copy
import warnings
from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import MODELS, DefaultScope
from torch import Tensor, nn
from torch.nn.modules.batchnorm import SyncBatchNorm, _BatchNorm

from mmmetaformer.complexity.shapes_only import make_fake
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import HEADS_ON_MAPS
from mmmetaformer.text import shortened

from .crops import crop_of

__all__ = ['check_batch_of_one']

# Of images for which the config has no size: the published crop.
SIZE = (512, 512)


def check_batch_of_one(cfg: Config, processes: int) -> None:
    """Refuse a single image per step where batch norm runs on a map of 1x1.

    The model is built and run on shapes alone; nothing is computed.

    Args:
        cfg: The run's config.
        processes: Number of processes, all of which SyncBN takes its images from if
            there is a GPU.

    Raises:
        ConfigError: Names the layer.
    """
    loader = cfg.get('train_dataloader') or {}
    if loader.get('batch_size') != 1 or 'backbone' not in cfg.model:
        return
    names = _layers_on_one_pixel(cfg)
    if processes > 1 and torch.cuda.is_available():
        names = {name: kind for name, kind in names.items() if kind != 'SyncBN'}
    if names:
        raise ConfigError(
            'train_dataloader.batch_size is 1, but batch norm on a map of 1x1 needs 2 '
            f'images a step ({shortened(names, 2)}). Set '
            "train_dataloader.batch_size=2, or norm_cfg=dict(type='GN', "
            'num_groups=32); --accumulate does not help'
        )


def _layers_on_one_pixel(cfg: Config) -> dict[str, str]:
    """Return name and kind of the batch norms that train on one pixel per image."""
    model = _build(cfg)
    if model is None:
        return {}
    kinds = {
        name: 'SyncBN' if isinstance(layer, SyncBatchNorm) else 'BN'
        for name, layer in model.named_modules()
        if isinstance(layer, _BatchNorm)
    }
    if not kinds:
        return {}
    model = revert_sync_batchnorm(model)  # which does not run on shapes alone
    found: dict[str, str] = {}
    for name in kinds:
        model.get_submodule(name).register_forward_pre_hook(
            partial(_see, name=name, kinds=kinds, found=found)
        )
    mode = make_fake(model)
    model.train()
    channels = cfg.model.backbone.get('in_channels', 3)
    with mode, torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        # Two images, so that batch norm itself does not stop the run.
        _run(model, torch.empty(2, channels, *_size(cfg)))
    return found


def _build(cfg: Config) -> Any:
    """Build the model without weights, None if that fails: the runner reports it."""
    spec: Any = copy.deepcopy(cfg.model)
    spec.backbone.pop('init_cfg', None)
    spec.pop('pretrained', None)
    try:
        with DefaultScope.overwrite_default_scope(cfg.get('default_scope')):
            return MODELS.build(spec)
    except Exception:
        return None


def _see(
    layer: nn.Module,
    inputs: tuple[Tensor, ...],
    name: str,
    kinds: dict[str, str],
    found: dict[str, str],
) -> None:
    images, channels = inputs[0].shape[:2]
    if layer.training and inputs[0].numel() == images * channels:
        found[name] = kinds[name]


def _run(model: Any, images: Tensor) -> None:
    """Run all parts that need nothing but maps."""
    maps = _try(model.backbone, images)
    if getattr(model, 'neck', None) is not None and maps is not None:
        maps = _try(model.neck, maps)
    heads = [getattr(model, name, None) for name in HEADS_ON_MAPS]
    for head in heads if maps is not None else ():
        for one in head if isinstance(head, nn.ModuleList) else [head]:
            if one is not None:
                _try(one, maps)


def _try(part: nn.Module, inputs: Any) -> Any:
    """Run a part, None if it needs other inputs or values, which shapes do not have."""
    try:
        return part(inputs)
    except Exception:
        return None


def _size(cfg: Config) -> tuple[int, int]:
    spec: Mapping[str, Any] = cfg.model.get('data_preprocessor') or {}
    size = spec.get('size') or crop_of(cfg) or SIZE
    return (size[0], size[1])
