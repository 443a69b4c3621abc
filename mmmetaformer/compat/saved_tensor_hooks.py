# SPDX-License-Identifier: Apache-2.0
"""The hooks that a context of saved-tensor hooks hides.

torch runs the innermost hooks only: a context inside of activation checkpointing, or of
`save_on_cpu`, would take its tensors away from it unless it hands them on. Asked for in
https://github.com/pytorch/pytorch/issues/70134. This file can go when hooks nest, or
when the ones in force can be had in public.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

__all__ = ['can_read_hooks', 'innermost_hooks']

Hooks = tuple[Callable[[Tensor], Any], Callable[[Any], Tensor]]


def can_read_hooks() -> bool:
    """Whether torch tells the hooks in force; it does from 2.8 on."""
    return hasattr(torch._C._autograd, '_top_saved_tensors_default_hooks')


def innermost_hooks() -> Hooks | None:
    """The pack and the unpack hook in force, None without any."""
    return torch._C._autograd._top_saved_tensors_default_hooks(False)
