# SPDX-License-Identifier: Apache-2.0
"""Whether torch runs operations eagerly."""

import torch

from mmmetaformer.compat.functorch import transforms_active

__all__ = ['is_eager']


def is_eager(or_compiled: bool = False) -> bool:
    """Return whether torch neither compiles, exports, traces nor transforms the caller.

    A compiler decides by itself what it fuses and saves. Traces and `torch.func` need
    plain operations.

    Args:
        or_compiled: Whether compiled code counts too.
    """
    if torch.compiler.is_compiling() and not or_compiled:
        return False
    return not (torch.jit.is_tracing() or transforms_active())
