# SPDX-License-Identifier: Apache-2.0
"""What the run's loader makes of each kind of image file in a data set."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mmmetaformer.checks.fault import Fault
from mmmetaformer.host import dicts_in, type_name
from mmmetaformer.text import shortened

from .header import Header
from .input_channels import input_channels
from .loader import color_type_of, image_loader, load

__all__ = ['kind_faults']

MOST_KINDS = 8
#: More than 8-bit images reach: then mean and std of such images do not fit.
FAR_ABOVE_8_BITS = 4 * 255

Kind = tuple[str, str, int, int]


def kind_faults(
    images: Sequence[tuple[str, Header]],
    dataset: Mapping[str, Any],
    loader_key: str,
    model: Mapping[str, Any],
    scope: str | None,
) -> Iterator[Fault]:
    """Load one image of each kind as the run will, and yield what does not fit.

    A kind is format, mode, bits and channels. What the loader converts, such as grey,
    palette and CMYK images under `color`, is no fault.

    Args:
        images: Path and header of those looked at.
        dataset: The data set's config, with an `image_loader`.
        loader_key: How `--cfg-options` calls that loader.
        model: The model's config.
        scope: The config's default scope.
    """
    loader, channels = image_loader(dataset), input_channels(model)
    if loader is None:
        return
    kinds: dict[Kind, list[str]] = defaultdict(list)
    for path, header in images:
        kinds[header.format, header.mode, header.bits, header.channels].append(path)
    commonest = sorted(kinds.items(), key=lambda item: -len(item[1]))[:MOST_KINDS]
    for (_, mode, bits, _), paths in commonest:
        count = f'{paths[0]} (and {len(paths) - 1} more like it)'
        name = count if len(paths) > 1 else paths[0]
        try:
            pixels = load(loader, paths[0], scope)
        except Exception as error:  # any: the loader may be the user's
            yield _refused(name, mode, bits, loader_key, error, paths)
            continue
        made = 1 if pixels.ndim == 2 else pixels.shape[-1]
        if channels is not None and made != channels and pixels.ndim in (2, 3):
            yield Fault(
                f'{name} is loaded with {made} channels, but model.backbone takes '
                f'{channels}',
                _way_to_channels(channels, made, loader_key),
                entries=tuple(f'image {path}' for path in paths),
            )
        yield from _depth(name, bits, pixels, loader, model)
        yield from _clipped(name, pixels, dataset, scope)


def _refused(
    name: str,
    mode: str,
    bits: int,
    loader_key: str,
    error: Exception,
    paths: Sequence[str],
) -> Fault:
    entries = tuple(f'image {path}' for path in paths)
    if mode.startswith(('F', 'I')) and bits > 16:
        return Fault(
            f'{name} has {bits}-bit pixels, which the loader cannot decode',
            f'Load them as they are: --cfg-options {loader_key}.color_type=unchanged '
            f'{loader_key}.to_float32=True, with mean and std of such values.',
            entries=entries,
        )
    if 'tifffile' in str(error) or "no attribute 'imread'" in str(error):
        return Fault(f'{name}: the loader needs tifffile', 'pip install tifffile.')
    words = str(error).replace('\n', ' ') or type(error).__name__
    return Fault(
        f'{name} cannot be loaded by {loader_key}: {shortened([words])[:200]}',
        'Replace the file, or convert it to JPEG or PNG.',
        entries=entries,
    )


def _way_to_channels(wanted: int, made: int, loader_key: str) -> str:
    if wanted == 3:
        color_type = 'color'
    elif wanted == 1:
        color_type = 'grayscale'
    else:
        return (
            f'Images of {wanted} channels are needed, or '
            f'model.backbone.in_channels={made}.'
        )
    return f'Convert on loading: --cfg-options {loader_key}.color_type={color_type}.'


def _depth(
    name: str,
    bits: int,
    pixels: np.ndarray,
    loader: Mapping[str, Any],
    model: Mapping[str, Any],
) -> Iterator[Fault]:
    low, high = pixels.min(), pixels.max()
    if bits > 8 and pixels.dtype == np.uint8:
        _, backend = color_type_of(loader)
        kept = 'keeps the upper 8' if backend == 'cv2' else 'makes 8 bits of them'
        yield Fault(
            f'{name} has {bits} bits; the loader {kept} (values {low}-{high} of 255 '
            'here)',
            'If that is too little, convert the images to 8 bits, stretched to 0-255.',
            stops=False,
        )
    mean = (model.get('data_preprocessor') or {}).get('mean')
    if mean and high > FAR_ABOVE_8_BITS and max(mean) <= 255:
        yield Fault(
            f'{name} has values up to {high}, but model.data_preprocessor.mean is '
            f'{list(mean)}, that of 8-bit images',
            'Set mean and std to those of your images.',
            stops=False,
        )


def _clipped(
    name: str, pixels: np.ndarray, dataset: Mapping[str, Any], scope: str | None
) -> Iterator[Fault]:
    """Yield a fault if a transform cuts off values above those of 8 bits."""
    names = map(type_name, dicts_in(dataset['pipeline']))
    # mmdet's transform of that name lets larger values through.
    if pixels.max() > 255 and scope == 'mmseg' and 'PhotoMetricDistortion' in names:
        yield Fault(
            f'{name} has values up to {pixels.max()}, but PhotoMetricDistortion sets '
            'all above 255 to 255',
            'Remove it from the pipeline in a config of your own.',
        )
