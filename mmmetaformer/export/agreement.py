# SPDX-License-Identifier: Apache-2.0
"""Whether an exported file computes what the model computes, at several sizes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmmetaformer.errors import ConfigError
from mmmetaformer.models.layers import reference_kernels

from .networks import Export
from .objects import missing_objects
from .session import THRESHOLD, Session

__all__ = [
    'LABELS',
    'TOLERANCE',
    'Agreement',
    'DisagreementError',
    'check_agreement',
    'picture',
]

Size = tuple[int, int, int]

#: Largest difference of an output, divided by its largest absolute value. Rounding is
#: below 1e-4 (a norm over a whole image); a pooling of the wrong windows is above 1e-2.
TOLERANCE = 1e-3
#: Share of pixels with another class, and of objects without a counterpart: two classes
#: or objects can have scores that differ by rounding only.
LABELS = 5e-3


class DisagreementError(ConfigError):
    """An exported file computes something else than the model."""


@dataclass(frozen=True)
class Agreement:
    """How far the outputs for images of one size are off.

    Attributes:
        size: N, height and width of the images.
        relative: Largest relative difference of the outputs that are numbers.
        labels: Largest share of pixels or objects that differ.
    """

    size: Size
    relative: float
    labels: float


def check_agreement(
    export: Export, session: Session, sizes: Sequence[Size]
) -> list[Agreement]:
    """Compare a file with the model that it was made of.

    Args:
        export: The model.
        session: The file.
        sizes: N, height and width of the images.

    Raises:
        DisagreementError: An output is off, or does not exist at one of the sizes.
    """
    results = []
    for size in sizes:
        image = picture(size)
        with torch.no_grad(), reference_kernels():
            wanted = export.reference(image)
        threshold = wanted.pop(THRESHOLD, None)
        try:
            given = session.run(
                image.numpy(), None if threshold is None else float(threshold)
            )
        # Any error of the runtime means that the file cannot do this size.
        except Exception as error:
            raise DisagreementError(
                f'the exported file fails at {_words(size)}: {error}'
            ) from error
        result = Agreement(size, *_differences(wanted, given, size))
        results.append(result)
        # Also false for NaN.
        if not (result.relative <= TOLERANCE and result.labels <= LABELS):
            raise DisagreementError(
                f'the exported file is off at {_words(size)}: relative difference '
                f'{result.relative:.1e} (at most {TOLERANCE:g}), other labels '
                f'{result.labels:.1e} (at most {LABELS:g}). It was removed.'
            )
    return results


def picture(size: Size) -> Tensor:
    """Return images with coarse and fine structure: uint8 (N, 3, H, W)."""
    number, height, width = size
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(number, 3, 6, 6, generator=generator)
    smooth = F.interpolate(coarse, (height, width), mode='bicubic').clamp(0, 1)
    fine = torch.rand(number, 3, height, width, generator=generator)
    return ((0.8 * smooth + 0.2 * fine) * 255).round().to(torch.uint8)


def _differences(
    wanted: dict[str, Tensor], given: dict[str, np.ndarray], size: Size
) -> tuple[float, float]:
    """Return the largest relative difference and the largest share of other labels."""
    relative, labels = 0.0, 0.0
    if 'boxes' in wanted:
        share, distance = missing_objects(wanted, given)
        return distance, share
    for name, tensor in wanted.items():
        ours, theirs = tensor.numpy(), given[name]
        if ours.shape != theirs.shape:
            raise DisagreementError(
                f'the exported file is off at {_words(size)}: {name} has shape '
                f'{theirs.shape}, expected {ours.shape}. It was removed.'
            )
        if name == 'label_map':
            labels = max(labels, float(np.mean(ours != theirs)))
            continue
        scale = max(float(np.abs(ours).max()), 1e-12)
        difference = float(np.abs(ours - theirs).max()) / scale
        relative = difference if not difference <= relative else relative
    return relative, labels


def _words(size: Size) -> str:
    number, height, width = size
    images = '' if number == 1 else f', {number} images'
    return f'{height}x{width}{images}'
