# SPDX-License-Identifier: Apache-2.0
"""Whether a segmentor's crops fit the size to which images are padded."""

from collections.abc import Mapping
from typing import Any

from mmengine.config import Config

from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.host import data_sets_of, type_name

__all__ = ['check_crops', 'check_windows', 'crop_of']

PREPROCESSOR = 'SegDataPreProcessor'
# A transform with one of these in its name changes the size again.
RESIZING = ('Resize', 'Rescale', 'Scale', 'Pad', 'Crop', 'Mosaic', 'Affine')


def check_crops(cfg: Config) -> None:
    """Refuse crops that mmseg cannot stack to a batch, warn of those that it pads.

    mmseg pads each image of a batch to `model.data_preprocessor.size`, or all to the
    largest of the batch, rounded up to `size_divisor`. It leaves a larger image as it
    is.

    Args:
        cfg: The run's config. Without a crop of a known size nothing is compared.

    Raises:
        ConfigError: A crop is larger than the size; or neither size nor divisor is set,
            or both are.
    """
    spec = cfg.model.get('data_preprocessor') or cfg.get('data_preprocessor') or {}
    if type_name(spec) != PREPROCESSOR or not cfg.get('train_dataloader'):
        return
    place = 'model.data_preprocessor'
    size: Any = spec.get('size')
    divisor = spec.get('size_divisor')
    crop = crop_of(cfg)
    if (size is None) == (divisor is None):
        example = f'({crop[0]}, {crop[1]})' if crop else '(512, 512)'
        raise ConfigError(
            f'{place} has {"no size and no" if size is None else "both a size and a"} '
            f'size_divisor; mmseg takes one of them: set {place}.size={example}'
        )
    if crop is None or not _is_pair(size):
        return
    words = (
        f'RandomCrop of the train pipeline returns up to {crop[0]}x{crop[1]}, '
        f'{place}.size is {size[0]}x{size[1]}'
    )
    if crop[0] > size[0] or crop[1] > size[1]:
        raise ConfigError(
            f'{words}: set both to the same, or images of one batch differ in size'
        )
    if crop[0] < size[0] or crop[1] < size[1]:
        warn(f'{words}: every crop is padded, and padding costs time. Set both')


def crop_of(cfg: Config) -> tuple[int, int] | None:
    """Return height and width of the crops of training, None if they are not known."""
    crops = {_crop_of_pipeline(one.get('pipeline')) for one in _train_sets(cfg)}
    return crops.pop() if len(crops) == 1 else None


def _train_sets(cfg: Config) -> list[Any]:
    return list(data_sets_of(cfg, 'train'))


def _crop_of_pipeline(pipeline: Any) -> tuple[int, int] | None:
    for step in reversed(pipeline or []):
        name = type_name(step) if isinstance(step, Mapping) else ''
        if name == 'RandomCrop':
            crop = step.get('crop_size')
            crop = (crop, crop) if isinstance(crop, int) else crop
            return (crop[0], crop[1]) if _is_pair(crop) else None
        if any(word in name for word in RESIZING):
            return None
    return None


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(isinstance(side, int) for side in value)
    )


def check_windows(cfg: Config) -> None:
    """Refuse windows of a slide test that do not cover the image.

    Raises:
        ConfigError: The stride is longer than the window, or a value is missing or no
            pair of positive integers.
    """
    test = cfg.model.get('test_cfg') or {}
    if test.get('mode') != 'slide':
        return
    for key in ('crop_size', 'stride'):
        value: Any = test.get(key)
        if not _is_pair(value) or min(value) < 1:
            raise ConfigError(
                f'model.test_cfg.{key} is {value!r}; a slide test takes two positive '
                'integers, height and width'
            )
    if any(s > c for s, c in zip(test['stride'], test['crop_size'], strict=True)):
        raise ConfigError(
            f'model.test_cfg.stride {tuple(test["stride"])} is longer than the window '
            f'{tuple(test["crop_size"])}, so parts of an image would have no '
            'prediction: set it to two thirds of model.test_cfg.crop_size'
        )
