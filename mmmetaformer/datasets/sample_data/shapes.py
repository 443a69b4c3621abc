# SPDX-License-Identifier: Apache-2.0
"""Outlines of the shapes to be found, one class each.

An outline is a `(P, 2)` polygon around the origin whose farthest vertex is at
distance 1. It is star-shaped: each of its points can be seen from the origin.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ['SHAPES', 'blob_outline', 'shape_outline']

SHAPES = ('ball', 'box', 'flag', 'light')

_BALL_CORNERS = 48
_BLOB_CORNERS = 36
_STAR_NOTCH = 0.45


def shape_outline(name: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draws an outline of a class, turned by any angle.

    Args:
        name: One of `SHAPES`: a 'ball' is a disc, a 'box' a rectangle, a 'flag' a
            triangle and a 'light' a five-pointed star.
        rng: Source of the proportions and the angle.

    Returns:
        Vertices (x, y), `(P, 2)`, the farthest at distance 1.
    """
    turn = rng.uniform(0, 2 * np.pi)
    if name == 'ball':
        return _polar(turn + _evenly(_BALL_CORNERS))
    if name == 'box':
        half = np.arctan(rng.uniform(0.5, 1.0))
        return _polar(turn + np.array([-half, half, np.pi - half, np.pi + half]))
    if name == 'flag':
        # At most 120 + 2 x 15 degrees apart, so that the origin stays inside.
        return _polar(turn + _evenly(3) + rng.uniform(-np.pi, np.pi, 3) / 12)
    if name == 'light':
        return _polar(turn + _evenly(10), np.tile([1.0, _STAR_NOTCH], 5))
    raise ValueError(f'no shape is called {name!r}; there are {", ".join(SHAPES)}')


def blob_outline(rng: np.random.Generator) -> NDArray[np.float64]:
    """Draws the `(P, 2)` outline of something irregular that is in no class."""
    angles = _evenly(_BLOB_CORNERS)
    radii = np.ones(_BLOB_CORNERS)
    for waves in range(2, 6):
        radii += rng.uniform(0.05, 0.2) * np.sin(waves * angles + rng.uniform(0, 6.28))
    return _polar(angles, radii / radii.max())


def _evenly(count: int) -> NDArray[np.float64]:
    """Returns `count` angles in radians, evenly around the circle."""
    return np.arange(count, dtype=np.float64) * (2 * np.pi / count)


def _polar(
    angles: NDArray[np.float64], radii: NDArray[np.float64] | float = 1.0
) -> NDArray[np.float64]:
    """Returns the points (x, y) at these angles in radians and distances."""
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)
