# SPDX-License-Identifier: Apache-2.0
"""The saved-tensor hooks that an inner context of hooks would hide.

torch calls only the innermost hooks. A context inside activation checkpointing or
`save_on_cpu` therefore has to pass its tensors on, and torch has no public way to read
the hooks in force. Upstream: https://github.com/pytorch/pytorch/issues/70134. Remove
this file when hooks nest, or when torch makes the ones in force public.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

__all__ = ['can_read_hooks', 'innermost_hooks']

Hooks = tuple[Callable[[Tensor], Any], Callable[[Any], Tensor]]


def can_read_hooks() -> bool:
    """Return whether this torch can report the hooks in force (from 2.8 on)."""
    return hasattr(torch._C._autograd, '_top_saved_tensors_default_hooks')


def innermost_hooks() -> Hooks | None:
    """Return the pack hook and the unpack hook in force, None if there are none."""
    return torch._C._autograd._top_saved_tensors_default_hooks(False)
