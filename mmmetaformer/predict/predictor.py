# SPDX-License-Identifier: Apache-2.0
"""A model that predicts on images."""

import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from mmmetaformer.errors import ConfigError

from .files import find_images
from .forward import Forward
from .grid import Span, spans
from .images import as_loaded, as_rgb
from .palette import Color
from .pipeline import Pipeline
from .result import Result
from .seams import LabelCanvas
from .tile_boxes import Objects, join, moved

__all__ = ['SCORE', 'Loaded', 'Predictor', 'Tiles']

#: From which score on an object is shown.
SCORE = 0.3


@dataclass(frozen=True)
class Loaded:
    """An image that is ready for the model.

    Attributes:
        image: As the loader of the config reads it.
        path: Its file, '' for an image in memory.
        data: What the pipeline makes of it; None if it is predicted in tiles.
    """

    image: np.ndarray
    path: str
    data: dict[str, Any] | None


@dataclass(frozen=True)
class Tiles:
    """How large images are cut.

    Attributes:
        size: Side of a tile in pixels. Smaller images are predicted as they are.
        overlap: Pixels that neighbours share at least.
    """

    size: int
    overlap: int

    def __post_init__(self) -> None:
        if self.size < 32:
            raise ConfigError(f'a tile of {self.size} pixels is too small: 32 or more')
        if not 0 <= self.overlap <= self.size // 2:
            raise ConfigError(
                f'tiles of {self.size} pixels overlap by 0 to {self.size // 2}, got '
                f'{self.overlap}'
            )

    @classmethod
    def of(cls, size: int, overlap: int | None) -> 'Tiles':
        """Return tiles that overlap by an eighth of their side if nothing is said."""
        return cls(size, size // 8 if overlap is None else overlap)

    def cuts(self, image: np.ndarray) -> bool:
        """Return whether an image is larger than a tile."""
        return max(image.shape[:2]) > self.size


class Predictor:
    """A detector or segmentor with its weights, its classes and its pipeline.

    `load_model` makes one. Call it with an image, a path, or a list of these.

    Args:
        model: In evaluation mode, on its device.
        pipeline: Prepares images for it.
        names: Of the classes, by label.
        palette: An RGB color for each class.
        checkpoint: The file that the weights are from.
        merge: Merges the views of `--tta`, if there are several.
        scope: The default scope of the config.
    """

    def __init__(
        self,
        *,
        model: nn.Module,
        pipeline: Pipeline,
        names: tuple[str, ...],
        palette: Sequence[Color],
        checkpoint: str = '',
        merge: nn.Module | None = None,
        scope: str = 'mmengine',
    ) -> None:
        self.model = model
        self.names = names
        self.palette = list(palette)
        self.checkpoint = checkpoint
        self._pipeline = pipeline
        self._forward = Forward(model, merge, scope, len(names))

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return next(self.model.parameters()).device

    @property
    def segments(self) -> bool:
        """Whether the model labels pixels, and does not find objects."""
        return self._forward.segments

    def __call__(
        self,
        images: Any,
        *,
        score: float = SCORE,
        batch_size: int = 1,
        tile: int | None = None,
        overlap: int | None = None,
    ) -> Any:
        """Predict on an image or on several.

        Args:
            images: A path, a uint8 array (H, W, 3) in RGB, a PIL image, or a list of
                these. A folder or a pattern such as 'photos/*.jpg' is a list.
            score: Objects that are less sure are left out.
            batch_size: Images of the same size that the model takes at once.
            tile: Side of the tiles into which larger images are cut; None: no tiles.
            overlap: Pixels that tiles share; default: an eighth of a tile.

        Returns:
            A `Result`, or a list of them for a list.

        Raises:
            ConfigError: An image cannot be read, or an argument does not work.
        """
        tiles = None if tile is None else Tiles.of(tile, overlap)
        several = _several(images)
        every = several if several is not None else [images]
        results: list[Result] = []
        for start in range(0, len(every), batch_size):
            batch = [self.load(one, tiles) for one in every[start : start + batch_size]]
            results += self.predict(batch, score, tiles)
        return results if several is not None else results[0]

    def load(self, image: Any, tiles: Tiles | None = None) -> Loaded:
        """Load and prepare an image. May be called from several threads.

        Args:
            image: A path, an array or a PIL image.
            tiles: How large images are cut.

        Raises:
            ConfigError: It cannot be read, or is not an image.
        """
        path = ''
        if isinstance(image, (str, os.PathLike)):
            path = os.path.expanduser(os.fspath(image))
            image = self._pipeline.load(path)
        else:
            image = as_loaded(image, self._pipeline.color)
        return self.prepare(image, path, tiles)

    def prepare(
        self, image: np.ndarray, path: str = '', tiles: Tiles | None = None
    ) -> Loaded:
        """Prepare an image that is loaded. May be called from several threads.

        Args:
            image: As the loader of the config reads it: BGR if it has colors.
            path: Its file, if any.
            tiles: How large images are cut.
        """
        if tiles is not None and tiles.cuts(image):
            return Loaded(image, path, None)
        return Loaded(image, path, self._pipeline.prepare(image, path))

    def predict(
        self, batch: Sequence[Loaded], score: float = SCORE, tiles: Tiles | None = None
    ) -> list[Result]:
        """Predict on images that are loaded.

        Args:
            batch: From `load`.
            score: Objects that are less sure are left out.
            tiles: As for `load`.
        """
        whole = [one for one in batch if one.data is not None]
        results: dict[int, Result] = {}
        if whole:
            data = [one.data for one in whole if one.data is not None]
            if self.segments:
                for one, scores in zip(whole, self._forward.scores(data), strict=True):
                    results[id(one)] = self._labelled(one, scores.label_map())
            else:
                found = self._forward.objects(data, score)
                for one, objects in zip(whole, found, strict=True):
                    results[id(one)] = self._detected(one, objects)
        for one in batch:
            if one.data is None:
                assert tiles is not None
                results[id(one)] = self._in_tiles(one, score, tiles)
        return [results[id(one)] for one in batch]

    def _in_tiles(self, one: Loaded, score: float, tiles: Tiles) -> Result:
        height, width = one.image.shape[:2]
        places = [
            (rows, columns)
            for rows in spans(height, tiles.size, tiles.overlap)
            for columns in spans(width, tiles.size, tiles.overlap)
        ]
        if self.segments:
            canvas: LabelCanvas | None = None
            for rows, columns in places:
                (scores,) = self._forward.scores([self._tile(one, rows, columns)])
                if canvas is None:
                    canvas = LabelCanvas((height, width), scores.classes)
                with torch.inference_mode():
                    canvas.add(scores, rows, columns)
            assert canvas is not None
            return self._labelled(one, canvas.labels)
        parts = [
            moved(
                self._forward.objects([self._tile(one, rows, columns)], score)[0],
                rows,
                columns,
                (height, width),
            )
            for rows, columns in places
        ]
        # An object that is larger than a tile is whole in the image alone.
        data = self._pipeline.prepare(one.image, one.path)
        parts += self._forward.objects([data], score)
        return self._detected(one, join(parts))

    def _tile(self, one: Loaded, rows: Span, columns: Span) -> dict[str, Any]:
        part = one.image[rows.start : rows.end, columns.start : columns.end]
        return self._pipeline.prepare(np.ascontiguousarray(part), one.path)

    def _labelled(self, one: Loaded, label_map: np.ndarray) -> Result:
        return Result(
            image=as_rgb(one.image),
            names=self.names,
            label_map=label_map,
            palette=self.palette,
            path=one.path,
        )

    def _detected(self, one: Loaded, found: Objects) -> Result:
        return Result(
            image=as_rgb(one.image),
            names=self.names,
            boxes=found.boxes,
            scores=found.scores,
            labels=found.labels,
            object_masks=found.masks,
            palette=self.palette,
            path=one.path,
        )


def _several(images: Any) -> list[Any] | None:
    """Return the images of a list, a folder or a pattern; None for one image."""
    if isinstance(images, (list, tuple)):
        return list(images)
    if isinstance(images, (str, os.PathLike)):
        path = os.path.expanduser(os.fspath(images))
        if os.path.isdir(path) or (not os.path.exists(path) and glob.has_magic(path)):
            return list(find_images([path]))
    return None
