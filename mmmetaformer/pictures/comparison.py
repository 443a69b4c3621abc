# SPDX-License-Identifier: Apache-2.0
"""Feature maps and receptive fields of backbones, side by side in one picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .receptive_field import share_of_area

__all__ = ['PARTS', 'Looked', 'draw_comparison']

FLOOR = 1e-4  # of the largest gradient: darker is black
PARTS = (0.5, 0.95)
CELL = 1.75  # inches
DPI = 110


@dataclass(frozen=True)
class Looked:
    """What one backbone shows.

    Attributes:
        name: Of the backbone.
        weights: Which weights it has.
        maps: A picture of each feature map, (H, W) or (H, W, 3) in [0, 1].
        field: Its receptive field, (H, W).
    """

    name: str
    weights: str
    maps: Sequence[NDArray[np.float32]]
    field: NDArray[np.float64]


def draw_comparison(
    image: NDArray[np.uint8], looked: Sequence[Looked], images: int, path: Path
) -> None:
    """Draw a column for each backbone: its maps, its receptive field.

    Args:
        image: What the maps are of, (H, W, 3).
        looked: The backbones.
        images: Over how many images the receptive fields are averaged.
        path: The picture, .png or .svg.
    """
    # Imported here because it takes a second and nothing else needs it.
    from matplotlib.figure import Figure

    stages = max(len(one.maps) for one in looked)
    columns, rows = len(looked) + 1, stages + 1
    figure = Figure(figsize=(columns * CELL, rows * CELL + 0.9), layout='constrained')
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.ravel():
        axes.set_axis_off()
    grid[0, 0].imshow(image)
    grid[0, 0].set_title('input', fontsize=9)
    for row in range(stages):
        grid[row, 1].text(
            -0.05,
            0.5,
            f'stage {row + 1}',
            rotation=90,
            ha='right',
            va='center',
            fontsize=9,
            transform=grid[row, 1].transAxes,
        )
    grid[stages, 0].text(
        0.95, 0.5, _legend(images), ha='right', va='center', fontsize=8
    )
    for column, one in enumerate(looked, 1):
        for row, picture in enumerate(one.maps):
            grid[row, column].imshow(picture, interpolation='nearest', cmap='viridis')
        grid[0, column].set_title(f'{one.name}\n{one.weights}', fontsize=9)
        _draw_field(grid[stages, column], one.field)
    figure.savefig(path, dpi=DPI)


def _legend(images: int) -> str:
    return (
        'effective\nreceptive field\nof the centre,\n'
        f'mean of {images} image{"" if images == 1 else "s"},\nlog scale\n'
        'white: 50 % of it\nblue: 95 %'
    )


def _draw_field(axes: Any, field: NDArray[np.float64]) -> None:
    relative = np.log10(np.maximum(field / field.max(), FLOOR))
    axes.imshow(relative, cmap='inferno', vmin=np.log10(FLOOR), vmax=0)
    shares = [share_of_area(field, part) for part in PARTS]
    for share, color in zip(shares, ('white', 'deepskyblue'), strict=True):
        _draw_square(axes, field.shape, share, color)
    words = ', '.join(
        f'{part:.0%} in {share:.0%}' for part, share in zip(PARTS, shares, strict=True)
    )
    axes.set_title(f'{words}\nof the area', fontsize=8, y=-0.28)


def _draw_square(axes: Any, shape: tuple[int, ...], share: float, color: str) -> None:
    from matplotlib.patches import Rectangle

    height, width = shape
    side = np.sqrt(min(share, 1.0))
    corner = ((1 - side) * width / 2 - 0.5, (1 - side) * height / 2 - 0.5)
    axes.add_patch(
        Rectangle(corner, side * width, side * height, fill=False, color=color, lw=1)
    )
