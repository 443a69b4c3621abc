# SPDX-License-Identifier: Apache-2.0
"""Draw scenes: a wall above a floor and a few shapes, with their ground truth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .polygon import clip_to_image, coverage, fill, polygon_area
from .shapes import SHAPES, blob_outline, shape_outline
from .texture import add_grain, draw_colour, draw_texture

__all__ = ['Instance', 'Scene', 'draw_scene']

# Diameters as fractions of the image side.
SHAPE_SIZES = (1 / 4, 1 / 2.2)
OTHER_SIZES = (1 / 10, 1 / 5)
OTHER_CHANCE = 0.35
# With a smaller part visible, a shape could look like another one.
MIN_VISIBLE = 0.9
GAP = 2.0  # pixels between two shapes
TRIES = 80


@dataclass(frozen=True)
class Instance:
    """The part of a shape inside the image.

    Attributes:
        name: Class, one of SHAPES.
        polygon: Vertices (x, y) in pixels, (P, 2).
        mask: The pixels whose center is inside the polygon, (H, W).
    """

    name: str
    polygon: NDArray[np.float64]
    mask: NDArray[np.bool_]


@dataclass(frozen=True)
class Scene:
    """An image with its ground truth.

    Attributes:
        image: (H, W, 3), BGR.
        wall: Where the background is wall, (H, W); elsewhere it is floor.
        instances: Shapes that do not touch each other, at least one.
        other: Where a blob of no class covers the background, (H, W).
    """

    image: NDArray[np.uint8]
    wall: NDArray[np.bool_]
    instances: tuple[Instance, ...]
    other: NDArray[np.bool_]


def draw_scene(
    rng: np.random.Generator, side: int, *, first: str, with_other: bool
) -> Scene:
    """Draw a scene of 2 to 5 shapes.

    The class determines the outline and a typical color, but not texture, place, size
    or rotation.

    Args:
        rng: Random generator for the whole scene.
        side: Height and width of the image in pixels.
        first: Class of one of the shapes; the classes of the others are random.
        with_other: Whether some scenes also have a blob of no class.
    """
    horizon = _draw_horizon(rng, side)
    wall = fill(horizon, side, side)
    picture = draw_texture(rng, side, draw_colour(rng, 'floor'))
    _paint(picture, horizon, draw_texture(rng, side, draw_colour(rng, 'wall')))

    taken = np.zeros((side, side), bool)
    instances: list[Instance] = []
    others = rng.choice(SHAPES, int(rng.integers(1, 5)))
    for name in (first, *others.tolist()):
        polygon = _place(rng, shape_outline(name, rng), SHAPE_SIZES, taken)
        if polygon is None:
            continue
        instances.append(Instance(name, polygon, fill(polygon, side, side)))
        _paint(picture, polygon, draw_texture(rng, side, draw_colour(rng, name)))

    other: NDArray[np.bool_] = np.zeros((side, side), bool)
    if with_other and rng.random() < OTHER_CHANCE:
        polygon = _place(rng, blob_outline(rng), OTHER_SIZES, taken)
        if polygon is not None:
            other = fill(polygon, side, side)
            texture = draw_texture(rng, side, draw_colour(rng, 'other'))
            _paint(picture, polygon, texture)

    add_grain(rng, picture)
    image = np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8)
    return Scene(image, wall, tuple(instances), other)


def _draw_horizon(rng: np.random.Generator, side: int) -> NDArray[np.float64]:
    """Draw the outline of the wall, (4, 2): all above a slightly tilted line."""
    middle = rng.uniform(0.35, 0.65) * side
    rise = np.tan(np.deg2rad(rng.uniform(-8, 8))) * side / 2
    return np.array([[0, 0], [side, 0], [side, middle + rise], [0, middle - rise]])


def _place(
    rng: np.random.Generator,
    outline: NDArray[np.float64],
    sizes: tuple[float, float],
    taken: NDArray[np.bool_],
) -> NDArray[np.float64] | None:
    """Find a size and a free place for an outline, and mark the place as taken.

    Args:
        rng: Random generator for the size and the place.
        outline: Vertices at most at distance 1 from the origin, (P, 2).
        sizes: Smallest and largest diameter as fractions of the image side.
        taken: Pixels in use, (H, W); changed in place.

    Returns:
        Vertices (x, y) in pixels, clipped to the image, (Q, 2); None if no free place
        was found.
    """
    side = len(taken)
    for _ in range(TRIES):
        radius = rng.uniform(*sizes) * side / 2
        # `clip_to_image` needs a center inside the image.
        center = rng.uniform(0, side, 2)
        whole = center + radius * outline
        polygon = clip_to_image(whole, side, side)
        if polygon_area(polygon) < MIN_VISIBLE * polygon_area(whole):
            continue
        if not (fill(center + (radius + GAP) * outline, side, side) & taken).any():
            taken |= fill(polygon, side, side)
            return polygon
    return None


def _paint(
    picture: NDArray[np.float32],
    polygon: NDArray[np.float64],
    texture: NDArray[np.float32],
) -> None:
    """Fill a polygon with a texture, with antialiased edges.

    Args:
        picture: (H, W, 3); changed in place.
        polygon: Vertices (x, y) in pixels, (P, 2).
        texture: (H, W, 3).
    """
    inside = coverage(polygon, *picture.shape[:2])[..., None]
    picture += inside * (texture - picture)
