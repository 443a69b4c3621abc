# SPDX-License-Identifier: Apache-2.0
"""From the scores of a segmentor to a label for each pixel, a strip at a time.

mmseg resizes the scores of all classes to the image at once: 7 GB for 150 classes and
12 million pixels. Here only a strip of that exists at a time.
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ['Scores', 'View', 'label_dtype']

#: Bytes of a strip of scores.
STRIP = 64 * 2**20


@dataclass(frozen=True)
class View:
    """What a segmentor returns for one view of an image.

    Attributes:
        logits: (classes, h, w), without padding.
        flip: How the view was flipped: 'horizontal', 'vertical', or None.
    """

    logits: Tensor
    flip: str | None = None

    def unflipped(self) -> Tensor:
        """Return the logits of the image as it is."""
        if self.flip is None:
            return self.logits
        return self.logits.flip(-1 if self.flip == 'horizontal' else -2)


class Scores:
    """The scores of all classes for each pixel of an image.

    Args:
        views: Of several views, probabilities are averaged, as mmseg does.
        size: (H, W) of the image.
        align_corners: How the segmentor resizes its scores.
        threshold: Of a segmentor with one channel: above which probability a pixel has
            the label 1, and not 0.
    """

    def __init__(
        self,
        views: list[View],
        size: tuple[int, int],
        align_corners: bool,
        threshold: float | None = None,
    ) -> None:
        self._maps = [view.unflipped() for view in views]
        self._align_corners = align_corners
        self.threshold = threshold
        self.size = size
        self.classes = int(self._maps[0].shape[0])
        #: Whether `rows` returns probabilities and not logits.
        self.averaged = len(views) > 1
        self.device = self._maps[0].device

    def rows(self, start: int, end: int) -> Tensor:
        """Return the scores of some rows of the image: (classes, end - start, W)."""
        if not self.averaged:
            return self._resized(self._maps[0], start, end)
        total = self._probabilities(start, end, 0)
        for number in range(1, len(self._maps)):
            total += self._probabilities(start, end, number)
        return total / len(self._maps)

    def strips(self) -> list[tuple[int, int]]:
        """Return the rows of strips that take little memory."""
        height, width = self.size
        rows = max(1, STRIP // (4 * self.classes * width))
        return [(y, min(y + rows, height)) for y in range(0, height, rows)]

    def label_map(self) -> np.ndarray:
        """Return the label of each pixel: (H, W) uint8, or uint16 for many classes."""
        labels: np.ndarray = np.empty(self.size, label_dtype(self.classes))
        for start, end in self.strips():
            labels[start:end] = self.labels_of(self.rows(start, end))
        return labels

    def labels_of(self, scores: Tensor) -> np.ndarray:
        """Return the labels for scores of the form of `rows`, or of a mean of such."""
        if self.threshold is None:
            return scores.argmax(0).to(_torch_type(self.classes)).cpu().numpy()
        if not self.averaged:
            scores = scores.sigmoid()
        return (scores[0] > self.threshold).to(torch.uint8).cpu().numpy()

    def _probabilities(self, start: int, end: int, number: int) -> Tensor:
        scores = self._resized(self._maps[number], start, end)
        return scores.softmax(0) if self.threshold is None else scores.sigmoid()

    def _resized(self, maps: Tensor, start: int, end: int) -> Tensor:
        height, width = self.size
        if tuple(maps.shape[-2:]) == self.size:
            return maps[:, start:end]
        rows = torch.arange(start, end, device=maps.device, dtype=torch.float32)
        have = maps.shape[-2]
        if self._align_corners:
            place = rows * ((have - 1) / max(height - 1, 1))
        else:
            place = ((rows + 0.5) * (have / height) - 0.5).clamp(min=0)
        above = place.long().clamp(max=have - 1)
        below = (above + 1).clamp(max=have - 1)
        part = (place - above)[:, None]
        strip = torch.lerp(maps[:, above], maps[:, below], part)
        if strip.shape[-1] == width:
            return strip
        return F.interpolate(
            strip[None],
            size=(end - start, width),
            mode='bilinear',
            align_corners=self._align_corners,
        )[0]


def label_dtype(classes: int) -> type:
    """Return the smallest type of numpy for labels of so many classes."""
    return np.uint8 if classes < 256 else np.uint16


def _torch_type(classes: int) -> torch.dtype:
    return torch.uint8 if classes < 256 else torch.int32
