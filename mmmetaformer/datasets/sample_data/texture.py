# SPDX-License-Identifier: Apache-2.0
"""Colours that can be told apart, surfaces that are never one colour, and grain."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ['add_grain', 'draw_colour', 'draw_texture']

_CANDIDATES = 32
# Distance in CIE L*a*b*, where about 2 is the least that can be seen.
_MIN_DISTANCE = 40.0


def draw_colour(
    rng: np.random.Generator, unlike: Sequence[NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Draws a colour that stands out from all of the given ones.

    Args:
        rng: Source of the colour.
        unlike: Colours `(3,)` to keep away from, BGR in [0, 1].

    Returns:
        Colour `(3,)`, BGR in [0, 1].
    """
    colours = rng.uniform(0.12, 0.88, (_CANDIDATES, 3)).astype(np.float32)
    if not unlike:
        return colours[0]
    away = _to_lab(colours)[:, None] - _to_lab(np.stack(unlike))[None]
    nearest = np.linalg.norm(away, axis=2).min(axis=1)
    # The first that is far enough, else the farthest there is.
    return colours[np.argmax(np.minimum(nearest, _MIN_DISTANCE))]


def _to_lab(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """Converts colours `(N, 3)`, BGR in [0, 1], to L*a*b* `(N, 3)`."""
    lab = cv2.cvtColor(colours[None], cv2.COLOR_BGR2Lab)[0]
    return lab.astype(np.float32, copy=False)


def draw_texture(
    rng: np.random.Generator, side: int, colour: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Draws a surface of about one colour: clouds with stripes or a ramp over them.

    Args:
        rng: Source of the pattern.
        side: Height and width in pixels.
        colour: Mean colour `(3,)`, BGR in [0, 1].

    Returns:
        Image `(side, side, 3)`, BGR, about [0, 1] but not clipped to it.
    """
    cells = int(rng.integers(3, 8))
    clouds = cv2.resize(
        rng.standard_normal((cells, cells), np.float32),
        (side, side),
        interpolation=cv2.INTER_CUBIC,
    )
    angle = rng.uniform(0, 2 * np.pi)
    steps = (np.arange(side) + 0.5) / side - 0.5
    pattern = np.cos(angle) * steps[None] + np.sin(angle) * steps[:, None]
    if rng.random() < 0.5:
        waves, start = rng.uniform(4, 14), rng.random()
        pattern = np.sin(2 * np.pi * (waves * pattern + start))
    cloud_depth, pattern_depth = rng.uniform([0.01, 0.01], [0.05, 0.06])
    shade = (cloud_depth * clouds + pattern_depth * pattern).astype(np.float32)
    # The pattern leans to a hue of its own instead of only to black and white.
    tint = rng.uniform(0.6, 1.4, 3).astype(np.float32)
    return colour + shade[..., None] * tint


def add_grain(rng: np.random.Generator, picture: NDArray[np.float32]) -> None:
    """Adds the noise of a camera to an `(H, W, 3)` image in [0, 1], in place."""
    picture += rng.uniform(0.008, 0.03) * rng.standard_normal(picture.shape, np.float32)
