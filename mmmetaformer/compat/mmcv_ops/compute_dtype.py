# SPDX-License-Identifier: Apache-2.0
"""Choose the dtype in which an op computes."""

from functools import reduce

import torch
from torch import Tensor

__all__ = ['compute_dtype']


def compute_dtype(*tensors: Tensor) -> torch.dtype:
    """Return the widest dtype of the tensors, but at least float32.

    torchvision has no bfloat16 kernels, and no float16 NMS on the CPU. A sum over
    samples or a power also loses digits in half precision.

    Args:
        tensors: Inputs of one op, of any shape.

    Returns:
        `torch.float32` or `torch.float64`.
    """
    return reduce(torch.promote_types, (t.dtype for t in tensors), torch.float32)
