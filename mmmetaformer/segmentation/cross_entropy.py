# SPDX-License-Identifier: Apache-2.0
"""Cross entropy of logits that are smaller than the labels.

Resized to 512x512, the logits of 150 classes take 157 MB an image, and autograd would
save as much for the backward pass. Here they are resized piece by piece: a few rows on
a CPU, up to an image on a GPU. The forward pass computes the gradient of the small
logits as it goes, and saves only that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

__all__ = ['resized_cross_entropy']

#: Resized logits of a band of rows: few enough for the cache of a CPU (measured from
#: 2^18 to 2^25); elsewhere so many that the overhead of each operation is small.
ELEMENTS_ON_CPU = 2**21
ELEMENTS = 2**26


def resized_cross_entropy(
    logits: Tensor,
    labels: Tensor,
    ignore_index: int = 255,
    align_corners: bool = False,
) -> tuple[Tensor, Tensor]:
    """Return the cross entropy of logits resized bilinearly to the size of the labels.

    The computation is in float32, or in float64 for float64 logits, under autocast too.

    Args:
        logits: (N, classes, h, w).
        labels: (N, H, W), integers below `classes`, or `ignore_index`.
        ignore_index: Label of pixels that do not count.
        align_corners: As in `torch.nn.functional.interpolate`.

    Returns:
        The sum over all pixels that count, and the number of those whose largest
        logit is at their label. Both have shape ().

    Raises:
        IndexError: A label is neither a class nor `ignore_index`. CPU only.
    """
    return _ResizedCrossEntropy.apply(logits, labels, ignore_index, align_corners)


class _ResizedCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, logits: Tensor, labels: Tensor, ignore_index: int, align_corners: bool
    ) -> tuple[Tensor, Tensor]:
        dtype = torch.promote_types(logits.dtype, torch.float32)
        total = logits.new_zeros((), dtype=dtype)
        correct = labels.new_zeros(())
        gradient = None
        if ctx.needs_input_grad[0]:
            gradient = torch.zeros_like(logits, dtype=dtype)
        with torch.autocast(logits.device.type, enabled=False):
            for band in _bands(logits, labels, align_corners):
                own = None if gradient is None else gradient[band.image, :, band.lines]
                part, hits = _of_band(band, ignore_index, own)
                total += part
                correct += hits
        ctx.save_for_backward(gradient)
        ctx.dtype = logits.dtype
        ctx.mark_non_differentiable(correct)
        return total, correct

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, d_total: Tensor, _: Tensor
    ) -> tuple[Tensor, None, None, None]:
        (gradient,) = ctx.saved_tensors
        return (gradient * d_total).to(ctx.dtype), None, None, None


def _of_band(
    band: '_Band', ignore_index: int, gradient: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Return the cross entropy and the hits of a band; add to the gradient.

    Args:
        band: The rows.
        ignore_index: As above.
        gradient: That of the rows of logits, None if it is not needed.
    """
    dtype = torch.promote_types(band.logits.dtype, torch.float32)
    small = band.logits.to(dtype, copy=True)
    small.requires_grad_(gradient is not None)
    with torch.enable_grad():  # of the resizing, which saves nothing large
        large = band.resize(small)
    counts = band.labels != ignore_index
    hits = ((large.detach().argmax(1) == band.labels) & counts).sum()
    scores = large.detach().log_softmax(1)
    # Summed outside: the order of the sum inside is not fixed on a GPU.
    total = F.nll_loss(
        scores, band.labels, ignore_index=ignore_index, reduction='none'
    ).sum()
    if gradient is not None:
        # Gradient of the sum: the probabilities, minus 1 at the label.
        scores.exp_()
        label = band.labels.where(counts, 0)[:, None]
        scores.scatter_add_(1, label, -torch.ones_like(label, dtype=dtype))
        scores.mul_(counts[:, None])
        (own,) = torch.autograd.grad(large, small, scores)
        gradient += own
    return total, hits


@dataclass(frozen=True)
class _Band:
    """Some rows of the labels of an image, and the rows of its logits that they need.

    Args:
        image: The image, as a slice of the batch.
        lines: The rows of the logits, as a slice.
        logits: (1, classes, rows, w).
        labels: (1, H of the band, W).
        above: For each row of labels, the row of `logits` at it or above it.
        below: The row after `above`, or `above` if that is the last.
        weight: Weight of the row below.
        align_corners: As in `torch.nn.functional.interpolate`.
    """

    image: slice
    lines: slice
    logits: Tensor
    labels: Tensor
    above: Tensor
    below: Tensor
    weight: Tensor
    align_corners: bool

    def resize(self, logits: Tensor) -> Tensor:
        """Resize (1, classes, rows, w) to (1, classes, H of the band, W)."""
        above, below = (logits.index_select(2, i) for i in (self.above, self.below))
        rows = torch.lerp(above, below, self.weight[:, None])
        return F.interpolate(
            rows,
            self.labels.shape[1:],
            mode='bilinear',
            align_corners=self.align_corners,
        )


def _bands(logits: Tensor, labels: Tensor, align_corners: bool) -> Iterator[_Band]:
    number, classes, small = logits.shape[:3]
    height, width = labels.shape[1:]
    # Positions of the rows of labels among the rows of logits.
    lines = torch.arange(small, dtype=torch.float64, device='cpu')[None, None]
    places = F.interpolate(lines, height, mode='linear', align_corners=align_corners)
    above = places.flatten().floor().long()
    below = (above + 1).clamp(max=small - 1)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    weight = (places.flatten() - above).to(logits.device, dtype)
    elements = ELEMENTS_ON_CPU if logits.device.type == 'cpu' else ELEMENTS
    step = max(elements // (classes * width), 1)
    for i in range(number):
        for start in range(0, height, step):
            own = slice(start, start + step)
            first, last = int(above[own][0]), int(below[own][-1])
            image, needed = slice(i, i + 1), slice(first, last + 1)
            yield _Band(
                image,
                needed,
                logits[image, :, needed],
                labels[image, own],
                (above[own] - first).to(logits.device),
                (below[own] - first).to(logits.device),
                weight[own],
                align_corners,
            )
