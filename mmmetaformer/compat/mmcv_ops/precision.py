# SPDX-License-Identifier: Apache-2.0
"""The dtype an op computes in."""

from functools import reduce

import torch
from torch import Tensor

__all__ = ['compute_dtype']


def compute_dtype(*tensors: Tensor) -> torch.dtype:
    """Return the widest dtype among the tensors, float32 at least.

    Why not the tensors' own: torchvision has no bfloat16 kernels, on a CPU no float16
    NMS either, and a sum over samples or a power loses digits in half precision.

    Args:
        tensors (Tensor): Tensors of any shape that go into one op.

    Returns:
        torch.dtype: ``torch.float32`` or ``torch.float64``.
    """
    return reduce(torch.promote_types, (t.dtype for t in tensors), torch.float32)
