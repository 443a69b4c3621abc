# SPDX-License-Identifier: Apache-2.0
"""Whether batch norm has more than one value per channel to normalize."""

import copy
import warnings
from collections.abc import Mapping
from typing import Any

import torch
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import MODELS, DefaultScope
from torch import Tensor, nn
from torch.nn.modules.batchnorm import SyncBatchNorm, _BatchNorm

from mmmetaformer.complexity.parts import head_runs
from mmmetaformer.complexity.shapes_only import make_fake
from mmmetaformer.errors import ConfigError
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
    if loader.get('batch_size', 1) != 1 or 'backbone' not in cfg.model:
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
    spec: Any = copy.deepcopy(cfg.model)
    spec.get('backbone', {}).pop('init_cfg', None)
    spec.pop('pretrained', None)
    with DefaultScope.overwrite_default_scope(cfg.get('default_scope')):
        model: Any = MODELS.build(spec)
    kinds = {
        name: 'SyncBN' if isinstance(layer, SyncBatchNorm) else 'BN'
        for name, layer in model.named_modules()
        if isinstance(layer, _BatchNorm)
    }
    if not kinds:
        return {}
    model = revert_sync_batchnorm(model)  # which does not run on shapes alone
    found: dict[str, str] = {}

    def watch(name: str) -> Any:
        def see(layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            images, channels = inputs[0].shape[:2]
            if layer.training and inputs[0].numel() == images * channels:
                found[name] = kinds[name]

        return see

    for name, layer in model.named_modules():
        if name in kinds:
            layer.register_forward_pre_hook(watch(name))
    mode = make_fake(model)
    model.train()
    height, width = _size(cfg)
    channels = spec['backbone'].get('in_channels', 3)
    with mode, torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        # Two images, so that batch norm itself does not stop the run.
        maps = model.backbone(torch.empty(2, channels, height, width))
        if getattr(model, 'neck', None) is not None:
            maps = model.neck(maps)
        for run in head_runs(model, training=True):
            _try(run.module, run.inputs(maps))
    return found


def _try(head: nn.Module, maps: Any) -> None:
    try:
        head(maps)
    except Exception:  # a head that needs more than maps is not judged
        return


def _size(cfg: Config) -> tuple[int, int]:
    spec: Mapping[str, Any] = cfg.model.get('data_preprocessor') or {}
    size = spec.get('size') or crop_of(cfg) or SIZE
    return (size[0], size[1])
