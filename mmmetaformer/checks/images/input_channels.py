# SPDX-License-Identifier: Apache-2.0
"""Whether loader, mean and std fit the channels that the backbone takes."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import as_list, data_sets_of, dicts_in, pipeline_key, type_name

from .loader import image_loader, loaded_channels, loader_key

__all__ = ['check_input_channels', 'input_channels']

COLOR = 3
#: Transforms that work on the colours of BGR images.
NEED_COLOR = ('PhotoMetricDistortion', 'YOLOXHSVRandomAug')
#: It reverses the first three channels of any image, and knows 1 or 3 means; mmseg's
#: takes any number.
THREE_CHANNELS = ('ImgDataPreprocessor', 'DetDataPreprocessor')


def input_channels(model: Mapping[str, Any]) -> int | None:
    """Return how many channels the backbone takes; None if its config cannot say."""
    backbone = model.get('backbone')
    if not isinstance(backbone, Mapping) or 'type' not in backbone:
        return None
    given = backbone.get('in_channels')
    if given is None and str(backbone['type']).startswith('mmmetaformer.'):
        given = COLOR  # their default
    return given if isinstance(given, int) else None


def check_input_channels(cfg: Config, splits: Iterable[str]) -> None:
    """Refuse images of other channels than the backbone takes, by config alone.

    Raises:
        ConfigError: A loader makes another number of channels, a transform needs
            colour, or mean, std and the order of colours do not fit.
    """
    channels = input_channels(cfg.model)
    if channels is None:
        return
    _check_loaders(cfg, splits, channels)
    shared = cfg.get('data_preprocessor')  # mmengine's default for the model's
    _check_preprocessor(cfg.model.get('data_preprocessor') or shared or {}, channels)


def _check_loaders(cfg: Config, splits: Iterable[str], channels: int) -> None:
    wrong, made = [], None
    for split in splits:
        for dataset in data_sets_of(cfg, split):
            loader = image_loader(dataset)
            if loader is None:
                continue
            loaded = loaded_channels(loader)
            if loaded not in (None, channels):
                key = loader_key(dataset, pipeline_key(cfg, split, dataset))
                wrong.append(f'{key}.color_type')
                made = loaded
            if channels != COLOR:
                _check_transforms(dataset, split, channels)
    if not wrong:
        return
    kind = {1: 'grayscale', COLOR: 'color'}.get(channels, 'unchanged')
    also = (
        ''
        if channels in (1, COLOR)
        else ' (PNG and TIFF files of that many channels; or with '
        "imdecode_backend='tifffile', or LoadSingleRSImageFromFile)"
    )
    raise ConfigError(
        f'model.backbone.in_channels is {channels}, but the images are loaded with '
        f'{made} channels. To load {channels}: --cfg-options '
        f'{" ".join(f"{key}={kind}" for key in dict.fromkeys(wrong))}{also}'
    )


def _check_transforms(dataset: Mapping[str, Any], split: str, channels: int) -> None:
    for transform in dicts_in(dataset.get('pipeline') or ()):
        name = type_name(transform)
        if name in NEED_COLOR:
            raise ConfigError(
                f'{name} in {split}_dataloader.dataset.pipeline changes colours, but '
                f'model.backbone.in_channels is {channels}: remove it from the '
                'pipeline in a config of your own'
            )


def _check_preprocessor(preprocessor: Mapping[str, Any], channels: int) -> None:
    place = 'model.data_preprocessor'
    three_only = type_name(preprocessor) in THREE_CHANNELS
    for key in ('mean', 'std'):
        values = preprocessor.get(key)
        if values is None:
            continue
        if not all(isinstance(value, (int, float)) for value in as_list(values)):
            raise ConfigError(f'{place}.{key} takes numbers, got {values!r}')
        fits = {1} if three_only and channels != COLOR else {1, channels}
        if len(as_list(values)) in fits:
            continue
        allowed = ' or '.join(str(number) for number in sorted(fits))
        raise ConfigError(
            f'{place}.{key} has {len(values)} values ({list(values)}), but '
            f'model.backbone.in_channels is {channels}: it takes {allowed}, such as '
            f'--cfg-options {place}.mean=[127.5] {place}.std=[57.5]'
        )
    means, stds = as_list(preprocessor.get('mean')), as_list(preprocessor.get('std'))
    if len(means) != len(stds):
        raise ConfigError(
            f'{place}.mean has {len(means)} values ({means}) and {place}.std '
            f'{len(stds)} ({stds}): give one of each for each channel'
        )
    for value in stds:
        if not 0 < value < math.inf:
            raise ConfigError(
                f'{place}.std has the value {value}: images are divided by it, so it '
                'must be above 0'
            )
    if not three_only or channels == COLOR:
        return
    for key in ('bgr_to_rgb', 'rgb_to_bgr'):
        if preprocessor.get(key):
            raise ConfigError(
                f'{place}.{key} reorders 3 channels, but model.backbone.in_channels is '
                f'{channels}: --cfg-options {place}.{key}=False'
            )
