# SPDX-License-Identifier: Apache-2.0
"""The size of the images that a config trains on."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mmengine.config import Config

from mmmetaformer.host import as_list, data_sets_of

__all__ = ['training_shape']

Shape = tuple[int, int]

#: What transforms call the size that they scale images to, as (width, height).
SCALES = ('scale', 'scales', 'img_scale')


def training_shape(cfg: Config) -> Shape | None:
    """Return the largest height and width of a batch in pixels, None if not known.

    They follow from the last crop, pad or scale of the training pipeline. Where a scale
    limits images of any shape, landscape images count.

    Args:
        cfg: The config of a detector or segmentor.
    """
    preprocessor = cfg.model.get('data_preprocessor') or {}
    shape = _pair(preprocessor.get('size'))
    if shape is None:
        pipelines = [d.get('pipeline') or [] for d in data_sets_of(cfg, 'train')]
        shape = _largest(map(_last, pipelines))
    if shape is None:
        return None
    stride = preprocessor.get('pad_size_divisor') or 1
    height, width = (-(-side // stride) * stride for side in shape)
    return height, width


def _last(pipeline: Iterable[Any]) -> Shape | None:
    """Return the size after the last transform that sets one."""
    shape = None
    for transform in pipeline:
        if not isinstance(transform, Mapping):  # an object, whose size is not known
            continue
        shape = _largest(_sizes(transform)) or shape
    return shape


def _sizes(transform: Any) -> Iterator[Shape | None]:
    """Yield the sizes between which a transform chooses."""
    inner = as_list(transform.get('transforms'))
    several = any(isinstance(branch, (list, tuple)) for branch in inner)
    branches = map(as_list, inner) if several else [inner]
    yield from map(_last, branches)
    kind = str(transform.get('type')).rpartition('.')[-1]
    if kind == 'RandomCrop' and transform.get('crop_type') in (None, 'absolute'):
        yield _pair(transform.get('crop_size'))
    if kind == 'Pad':
        width_height = _pair(transform.get('size'))
        yield width_height and width_height[::-1]
    for key in SCALES:
        scale = transform.get(key)
        for one in [scale] if _is_single(scale) else scale:
            pair = _pair(one)
            yield pair and (min(pair), max(pair))


def _is_single(scale: Any) -> bool:
    is_list = isinstance(scale, (list, tuple))
    return not is_list or all(isinstance(side, int) for side in scale)


def _pair(size: Any) -> Shape | None:
    if isinstance(size, int) and not isinstance(size, bool) and size > 0:
        return size, size
    if isinstance(size, (list, tuple)) and len(size) == 2:
        first, second = size
        if all(isinstance(side, int) and side > 0 for side in size):
            return first, second
    return None


def _largest(shapes: Iterable[Shape | None]) -> Shape | None:
    known = [shape for shape in shapes if shape]
    return max(known, key=lambda shape: shape[0] * shape[1], default=None)
