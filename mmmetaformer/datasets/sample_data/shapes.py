# SPDX-License-Identifier: Apache-2.0
"""Draw the outlines of the shapes, each of which is a class.

An outline is a polygon, (P, 2), around the origin. Its farthest vertex is at distance
1. It is star-shaped: each of its points is visible from the origin.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ['SHAPES', 'blob_outline', 'shape_outline']

SHAPES = ('ball', 'box', 'flag', 'light')

BALL_CORNERS = 48
BLOB_CORNERS = 36
STAR_NOTCH = 0.45


def shape_outline(name: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw an outline of a class, at a random angle.

    Args:
        name: One of SHAPES. A 'ball' is a disk, a 'box' a rectangle, a 'flag' a
            triangle and a 'light' a five-pointed star.
        rng: Random generator for the proportions and the angle.

    Returns:
        Vertices (x, y), (P, 2), the farthest at distance 1.
    """
    turn = rng.uniform(0, 2 * np.pi)
    if name == 'ball':
        return _polar(turn + _evenly(BALL_CORNERS))
    if name == 'box':
        half = np.arctan(rng.uniform(0.5, 1.0))
        return _polar(turn + np.array([-half, half, np.pi - half, np.pi + half]))
    if name == 'flag':
        # At most 120 + 2 x 15 degrees apart, so the origin stays inside.
        return _polar(turn + _evenly(3) + rng.uniform(-np.pi, np.pi, 3) / 12)
    if name == 'light':
        return _polar(turn + _evenly(10), np.tile([1.0, STAR_NOTCH], 5))
    raise ValueError(f'unknown shape {name!r}; expected one of {", ".join(SHAPES)}')


def blob_outline(rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw the outline of an irregular blob of no class, (P, 2)."""
    angles = _evenly(BLOB_CORNERS)
    radii = np.ones(BLOB_CORNERS)
    for waves in range(2, 6):
        radii += rng.uniform(0.05, 0.2) * np.sin(waves * angles + rng.uniform(0, 6.28))
    return _polar(angles, radii / radii.max())


def _evenly(count: int) -> NDArray[np.float64]:
    """Return `count` evenly spaced angles in radians."""
    return np.arange(count, dtype=np.float64) * (2 * np.pi / count)


def _polar(
    angles: NDArray[np.float64], radii: NDArray[np.float64] | float = 1.0
) -> NDArray[np.float64]:
    """Return the points (x, y) at these angles in radians and distances, (P, 2)."""
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)
