# SPDX-License-Identifier: Apache-2.0
"""The switch between this package's kernels and the reference implementations.

Device and precision choose the kernels; users need no switch. Tests compare the two,
and the benchmark measures them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from .eager import is_eager

__all__ = ['reference_kernels', 'use_kernels']

_enabled = True


@contextmanager
def reference_kernels() -> Iterator[None]:
    """Compute with the reference implementations, torch's own operations, inside.

    The switch holds for all threads of the process. Run a backward pass inside too if
    it repeats parts of the forward pass (activation checkpointing). Tracing, export
    and `torch.func` use the reference implementations by themselves.
    """
    global _enabled
    before, _enabled = _enabled, False
    try:
        yield
    finally:
        _enabled = before


def use_kernels(compiled: bool = False) -> bool:
    """Return whether a kernel may replace its reference implementation.

    Args:
        compiled: Whether it may in compiled code too. A compiler fuses operations by
            itself, but it does not change the algorithm of a gradient.
    """
    return _enabled and is_eager(or_compiled=compiled)
