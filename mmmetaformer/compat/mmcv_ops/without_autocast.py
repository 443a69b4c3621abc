# SPDX-License-Identifier: Apache-2.0
"""Keep autocast from lowering the precision inside an op."""

import torch
from torch import Tensor

__all__ = ['without_autocast']


def without_autocast(tensor: Tensor) -> torch.autocast:
    """Return a context in which products of matrices keep the dtype of their factors.

    An op chooses its own dtype, see `compute_dtype`, as a compiled op does, which
    autocast does not reach.

    Args:
        tensor: Any on the device of the op.
    """
    return torch.autocast(tensor.device.type, enabled=False)
