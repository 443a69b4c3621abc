# SPDX-License-Identifier: Apache-2.0
"""Draw colors, textures and camera noise."""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ['add_grain', 'draw_colour', 'draw_texture']

# Red, green and blue in [0, 1]. Each instance varies around the typical color of its
# class, as real objects do.
TYPICAL = {
    'wall': (0.75, 0.74, 0.68),
    'floor': (0.40, 0.36, 0.32),
    'ball': (0.84, 0.22, 0.42),
    'box': (0.20, 0.58, 0.30),
    'flag': (0.26, 0.36, 0.74),
    'light': (0.88, 0.76, 0.24),
}
STRAY = 0.12


def draw_colour(rng: np.random.Generator, name: str) -> NDArray[np.float32]:
    """Draw a color for one instance of a class.

    Args:
        rng: Random generator for the color.
        name: Class. For any other name, the color is arbitrary.

    Returns:
        Color, (3,), BGR in [0, 1].
    """
    if name not in TYPICAL:
        return rng.uniform(0.1, 0.9, 3).astype(np.float32)
    color = np.array(TYPICAL[name][::-1]) + rng.uniform(-STRAY, STRAY, 3)
    return color.astype(np.float32)


def draw_texture(
    rng: np.random.Generator, side: int, color: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Draw a texture of about one color: clouds with stripes or a gradient over them.

    Args:
        rng: Random generator for the pattern.
        side: Height and width in pixels.
        color: Mean color, (3,), BGR in [0, 1].

    Returns:
        Image, (side, side, 3), BGR, about [0, 1] but not clipped to it.
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
    # Scale each channel, so that the pattern varies in hue too.
    tint = rng.uniform(0.6, 1.4, 3).astype(np.float32)
    return color + shade[..., None] * tint


def add_grain(rng: np.random.Generator, picture: NDArray[np.float32]) -> None:
    """Add camera noise to an image in [0, 1], (H, W, 3), in place."""
    picture += rng.uniform(0.008, 0.03) * rng.standard_normal(picture.shape, np.float32)
