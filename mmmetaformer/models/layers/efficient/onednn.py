# SPDX-License-Identifier: Apache-2.0
"""Which tensors torch's CPU convolutions give to oneDNN."""

import torch
from torch import Tensor

__all__ = ['HAS_ONEDNN', 'runs_in_onednn']

#: Whether torch was built with oneDNN; a compiler cannot trace the question.
HAS_ONEDNN = torch.backends.mkldnn.is_available()


def runs_in_onednn(x: Tensor, weight: Tensor) -> bool:
    """Return whether oneDNN convolves these tensors as they are."""
    if not HAS_ONEDNN or torch.is_autocast_enabled('cpu'):
        return False
    return all(t.device.type == 'cpu' and t.dtype == torch.float32 for t in (x, weight))
