# SPDX-License-Identifier: Apache-2.0
"""The transform that loads the images of a data set."""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from mmengine.registry import TRANSFORMS

from mmmetaformer.host import dicts_in, type_name

__all__ = [
    'LOADER',
    'color_type_of',
    'image_loader',
    'load',
    'loaded_channels',
    'loader_key',
]

#: mmcv's own, whose arguments are known.
LOADER = 'LoadImageFromFile'
#: All that need nothing but the path of one image.
LOADERS = (LOADER, 'LoadSingleRSImageFromFile')


def image_loader(dataset: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the config of the transform that loads a data set's images.

    None if there is none, or if only its author knows what it reads.
    """
    for transform in dicts_in(dataset.get('pipeline') or ()):
        if type_name(transform) in LOADERS:
            return cast(Mapping[str, Any], transform)
    return None


def loader_key(dataset: Mapping[str, Any], pipeline_key: str) -> str:
    """Return how `--cfg-options` calls the loader of a data set.

    Args:
        dataset: The data set's config, with an `image_loader`.
        pipeline_key: How `--cfg-options` calls its pipeline.
    """
    loader = image_loader(dataset)
    for index, transform in enumerate(dataset['pipeline']):
        if transform is loader:
            return f'{pipeline_key}.{index}'
        if transform.get('loader') is loader:
            return f'{pipeline_key}.{index}.loader'
    return f'{pipeline_key}.0'


def color_type_of(loader: Mapping[str, Any]) -> tuple[str, str]:
    """Return `color_type` and `imdecode_backend` of a config of `LoadImageFromFile`."""
    return (
        loader.get('color_type', 'color'),
        loader.get('imdecode_backend') or 'cv2',
    )


def loaded_channels(loader: Mapping[str, Any]) -> int | None:
    """Return how many channels a loader makes; None if the file decides."""
    if type_name(loader) != LOADER or loader.get('imdecode_backend') == 'tifffile':
        return None
    color_type, _ = color_type_of(loader)
    if color_type.startswith('color'):
        return 3
    return 1 if color_type.startswith('grayscale') else None


def load(loader: Mapping[str, Any], path: str, scope: str | None) -> np.ndarray:
    """Load an image as a run will: (H, W) or (H, W, channels).

    Raises:
        Exception: Whatever the loader raises for a file that it cannot decode.
    """
    with TRANSFORMS.switch_scope_and_registry(scope) as registry:
        transform = registry.build(dict(loader))
    return transform(dict(img_path=path))['img']
