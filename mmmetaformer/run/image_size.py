# SPDX-License-Identifier: Apache-2.0
"""A recipe at another size of images: `--image-size`."""

from typing import Any

from mmengine.config import Config

from mmmetaformer.checks.checkpoint.contents import Checkpoint
from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.host import (
    SPLITS,
    data_sets,
    data_sets_of,
    dicts_in,
    switches_of,
    type_name,
)
from mmmetaformer.predict.literals import read_literals
from mmmetaformer.predict.pipeline import test_data_set

__all__ = [
    'SCALES',
    'is_canvas',
    'scaled',
    'short_side',
    'side_in_testing',
    'use_image_size',
    'warn_of_image_size',
]

#: What transforms call the size of an image.
SCALES = ('scale', 'scales', 'img_scale', 'max_size')
#: Transforms and batch augmentations that pad images to a size of their own.
PADS = ('Pad', 'BatchFixedSizePad')

STRIDE = 32  # of the last feature map: crops are multiples of it


def use_image_size(cfg: Config, side: int) -> None:
    """Train, validate and test at another size; all sizes keep their proportions.

    Args:
        cfg: The run's config, changed in place.
        side: The short side of test images in pixels. Scales, crops and windows of
            the config change by the same factor.

    Raises:
        ConfigError: The test pipeline has no Resize with a scale.
    """
    factor = side / short_side(cfg.test_dataloader.dataset, '--image-size')
    pipelines = [
        dataset['pipeline']
        for dataset in data_sets_of(cfg, *SPLITS)
        if 'pipeline' in dataset
    ]
    pipelines += [*switches_of(cfg), cfg.get('tta_pipeline')]
    for node in dicts_in([*pipelines, cfg.model.get('data_preprocessor')]):
        for key in SCALES:
            if key in node:
                node[key] = scaled(node[key], factor)
        if is_canvas(node):
            node['size'] = _crop(node['size'], factor)
        # Fractions of the image stay: RandomCrop's `crop_type='relative'`.
        if 'crop_size' in node and str(node.get('crop_type')) in ('None', 'absolute'):
            node['crop_size'] = _crop(node['crop_size'], factor)
    model = cfg.model
    if model.get('data_preprocessor', {}).get('size') is not None:
        model.data_preprocessor.size = _crop(model.data_preprocessor.size, factor)
    windows: Any = model.get('test_cfg') or {}
    if windows.get('mode') == 'slide':
        windows.crop_size = _crop(windows.crop_size, factor)
        windows.stride = scaled(windows.stride, factor)


def is_canvas(node: Any) -> bool:
    """Return whether a config pads images to one size."""
    return type_name(node) in PADS and node.get('size') is not None


def short_side(dataset: Any, option: str) -> int:
    """Return the short side of test images in pixels.

    Args:
        dataset: The config of the test data set.
        option: What needs it.

    Raises:
        ConfigError: The test pipeline has no Resize with a scale.
    """
    for inner in data_sets(dataset):
        side = _side(inner['pipeline'])
        if side is not None:
            return side
    raise ConfigError(f'{option} needs a Resize with a scale in the test pipeline')


def _side(pipeline: Any) -> int | None:
    """Return the short side of a pipeline's first scale in pixels, None for none."""
    for node in dicts_in(pipeline):
        scale = node.get('scale')
        # A single number is both sides; -1 leaves a side open.
        sides = scale if isinstance(scale, (list, tuple)) else [scale]
        pixels = [side for side in sides if isinstance(side, int) and side > 0]
        if pixels:
            return min(pixels)
    return None


def side_in_testing(cfg: Config) -> int | None:
    """Return the short side of a config's test images in pixels, None for none.

    Args:
        cfg: The run's config, before `--tta` replaces the pipeline.
    """
    sides = (_side(inner.get('pipeline')) for inner in data_sets_of(cfg, 'test'))
    return next(sides, None)


def warn_of_image_size(checkpoint: Checkpoint, now: int | None) -> None:
    """Warn that images are tested at another size than in the checkpoint's own run.

    Args:
        checkpoint: Not judged if it carries no config.
        now: The short side of the test images, None if it is not known.
    """
    text = checkpoint.meta.get('cfg')
    if not isinstance(text, str):
        return
    try:
        own = read_literals(text, checkpoint.path, ('test_dataloader',))
    except ConfigError:  # no config that can be read as data
        return
    before = _side(test_data_set(own).get('pipeline'))
    if before and now and before != now:
        warn(
            f'{checkpoint.path} was trained with test images of {before} pixels (short '
            f'side), and this test has {now}. For the same size: --image-size {before}'
        )


def scaled(size: Any, factor: float) -> Any:
    """Return a size, or a list of sizes, multiplied by a factor."""
    if isinstance(size, (list, tuple)) and isinstance(size[0], (list, tuple)):
        return [scaled(one, factor) for one in size]
    if isinstance(size, (list, tuple)):
        return tuple(max(1, round(side * factor)) for side in size)
    return max(1, round(size * factor))


def _crop(size: Any, factor: float) -> Any:
    if isinstance(size, (list, tuple)):
        return tuple(_crop(side, factor) for side in size)
    return max(1, round(size * factor / STRIDE)) * STRIDE
