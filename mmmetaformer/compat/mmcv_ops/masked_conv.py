# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.masked_im2col_forward` and `masked_col2im_forward` with torch."""

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ['masked_col2im_forward', 'masked_im2col_forward']


def masked_im2col_forward(
    im: Tensor,
    mask_h_idx: Tensor,
    mask_w_idx: Tensor,
    col: Tensor,
    kernel_h: int,
    kernel_w: int,
    pad_h: int,
    pad_w: int,
) -> None:
    """Write the window of each chosen position to a column of `col`.

    Args:
        im: Feature maps of one image, (1, C, H, W).
        mask_h_idx: Row of each position, int64, (M,).
        mask_w_idx: Its column, (M,).
        col: Written, (C * kernel_h * kernel_w, M).
        kernel_h: Height of a window.
        kernel_w: Width of a window.
        pad_h: Rows of zeros above and below: row 0 is the first with all of them.
        pad_w: Columns of zeros at the left and at the right.
    """
    # Windows of positions in the last rows may reach beyond the padding.
    padded = F.pad(im[0], (pad_w, kernel_w, pad_h, kernel_h))
    down, right = (torch.arange(n, device=im.device) for n in (kernel_h, kernel_w))
    rows = mask_h_idx.view(-1, 1, 1) + down.view(1, -1, 1)
    columns = mask_w_idx.view(-1, 1, 1) + right
    windows = padded[:, rows, columns]  # (C, M, kernel_h, kernel_w)
    col.copy_(windows.permute(0, 2, 3, 1).reshape(col.shape))


def masked_col2im_forward(
    col: Tensor,
    mask_h_idx: Tensor,
    mask_w_idx: Tensor,
    im: Tensor,
    height: int,
    width: int,
    channels: int,
) -> None:
    """Write each column of `col` to its position in `im`; the others are left.

    Args:
        col: (C, M).
        mask_h_idx: Row of each position, int64, (M,).
        mask_w_idx: Its column, (M,).
        im: Written, (1, C, H, W).
        height: Unused, H.
        width: Unused, W.
        channels: Unused, C.
    """
    im[0, :, mask_h_idx, mask_w_idx] = col.to(im.dtype)
