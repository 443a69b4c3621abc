# SPDX-License-Identifier: Apache-2.0
"""The switch between the fast ways of computing and the plain ones.

The fast ways give the plain ones' results with less memory or time. The plain ones stay
as the definition: they are what is compiled, traced and exported.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ['fast_paths', 'is_fast']


class _Switch(threading.local):
    on = True


_switch = _Switch()


@contextmanager
def fast_paths(enabled: bool) -> Iterator[None]:
    """Take the fast ways in what this thread computes inside, or the plain ones.

    A forward pass and its repetition by activation checkpointing must see the same:
    from outside, switch with a backbone's argument `fast`.

    Args:
        enabled: Outside of all such contexts they are on.
    """
    before, _switch.on = _switch.on, enabled
    try:
        yield
    finally:
        _switch.on = before


def is_fast() -> bool:
    """Whether to take a fast way now."""
    # A compiler decides by itself what it fuses and keeps.
    if torch.compiler.is_compiling() or torch.jit.is_tracing():
        return False
    return _switch.on
