# SPDX-License-Identifier: Apache-2.0
"""Whether a transform of `torch.func` is running.

Inside `grad`, `vjp` and `jacrev` torch refuses saved-tensor hooks and those autograd
functions that have no `setup_context`, and offers no public way to ask for it.
Upstream: https://github.com/pytorch/pytorch/issues/122729. Remove this file when
hooks work under these transforms.
"""

import torch

__all__ = ['transforms_active']


def transforms_active() -> bool:
    """Return whether the caller runs inside `torch.func.grad`, `vmap` or the like."""
    return torch._C._are_functorch_transforms_active()
