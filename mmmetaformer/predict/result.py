# SPDX-License-Identifier: Apache-2.0
"""What a model says about one image, as plain numpy."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from mmmetaformer.errors import ConfigError

from .draw import draw
from .legend import with_legend
from .masks import Masks
from .palette import Color

__all__ = ['Result']


@dataclass(frozen=True, repr=False)
class Result:
    """The prediction for one image.

    Attributes:
        image: (H, W, 3) uint8, RGB, as the network saw it before it was resized: turned
            as the file's EXIF data say.
        names: Of the classes, by label.
        boxes: (N, 4) float32: x1, y1, x2, y2 in pixels of `image`; None of a segmentor.
        scores: (N,) float32, the largest first; None of a segmentor.
        labels: (N,) int64, indices of `names`; None of a segmentor.
        label_map: (H, W) uint8 or uint16, indices of `names`; None of a detector.
        palette: An RGB color for each class.
        path: The file, '' for an image in memory.
        object_masks: The masks, of which only the part with the object is in memory.
    """

    image: np.ndarray
    names: tuple[str, ...]
    boxes: np.ndarray | None = None
    scores: np.ndarray | None = None
    labels: np.ndarray | None = None
    label_map: np.ndarray | None = None
    palette: Sequence[Color] = ()
    path: str = ''
    object_masks: Masks | None = field(default=None)

    @property
    def masks(self) -> np.ndarray | None:
        """(N, H, W) bool, computed at each call; None without masks."""
        return None if self.object_masks is None else self.object_masks.dense()

    def plot(self, legend: bool = False) -> np.ndarray:
        """Draw the prediction on the image.

        Args:
            legend: Whether to add a column with the names of the classes in the label
                map.

        Returns:
            (H, W, 3) uint8, RGB; wider with a legend.
        """
        drawn = draw(
            self.image,
            boxes=self.boxes,
            labels=self.labels,
            scores=self.scores,
            masks=self.object_masks,
            label_map=self.label_map,
            names=self.names,
            palette=self.palette,
        )
        if legend and self.label_map is not None:
            return with_legend(drawn, self.label_map, self.names, self.palette)
        return drawn

    def save(self, path: str | Path) -> None:
        """Write the picture of the prediction, with a legend of a label map.

        Args:
            path: Its suffix is the format, such as .jpg or .png. Folders are created.

        Raises:
            ConfigError: The format is unknown, or the file is the image itself.
        """
        path = Path(path)
        if self.path and path.exists() and path.resolve() == Path(self.path).resolve():
            raise ConfigError(f'{path} is the image itself: name another file')
        path.parent.mkdir(parents=True, exist_ok=True)
        write_image(path, self.plot(legend=True))

    def _repr_png_(self) -> bytes:
        """Called by notebooks to show the result."""
        return encode('.png', self.plot(legend=True))

    def __len__(self) -> int:
        """Return the number of objects, or of classes in the label map."""
        if self.boxes is not None:
            return len(self.boxes)
        return 0 if self.label_map is None else len(np.unique(self.label_map))

    def __repr__(self) -> str:
        height, width = self.image.shape[:2]
        return f'Result({self.path or "image"}, {width}x{height}: {self.summary()})'

    def summary(self) -> str:
        """Return what was found in one line, such as '2 cat, 1 dog'."""
        if self.labels is not None:
            labels, counts = np.unique(self.labels, return_counts=True)
            words = [
                f'{count} {self.names[label]}'
                for label, count in zip(labels, counts, strict=True)
            ]
            return ', '.join(words) or 'nothing'
        assert self.label_map is not None
        counts = np.bincount(self.label_map.ravel(), minlength=1)
        order = [i for i in np.argsort(-counts, kind='stable')[:5] if counts[i]]
        return ', '.join(
            f'{self.names[i]} {100 * counts[i] / counts.sum():.0f} %' for i in order
        )


def write_image(path: Path, image: np.ndarray) -> None:
    """Write an RGB picture, or a label map of one channel.

    Raises:
        ConfigError: OpenCV does not know the format.
        OSError: The file cannot be written.
    """
    path.write_bytes(encode(path.suffix, image))


def encode(suffix: str, image: np.ndarray) -> bytes:
    """Return the content of an image file.

    Raises:
        ConfigError: OpenCV does not know the format.
    """
    if image.ndim == 3:
        image = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    try:
        done, content = cv2.imencode(suffix, image)
    except cv2.error:
        done = False
    if not done:
        raise ConfigError(
            f'a picture cannot be written as {suffix or "a file without suffix"!r}: '
            'use .jpg or .png'
        )
    return content.tobytes()
