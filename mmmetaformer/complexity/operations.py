# SPDX-License-Identifier: Apache-2.0
"""Counting operations, for each part of a model."""

from collections import ChainMap, Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import (
    conv_flop_count,
    flop_registry,
    sdpa_flop_count,
)

__all__ = ['FORMULAS', 'OpCounter', 'Places', 'inside']


def _attention_on_cpu(
    query: Tensor, key: Tensor, value: Tensor, *rest: Any, **named: Any
) -> int:
    return sdpa_flop_count(query.shape, key.shape, value.shape)


def _convolution_backward(
    grad: Tensor,
    x: Tensor,
    weight: Tensor,
    bias_sizes: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: bool,
    output_padding: Any,
    groups: int,
    output_mask: Sequence[bool],
    **named: Any,
) -> int:
    """Count each wanted gradient like the forward pass; torch ignores the groups."""
    shapes = list(x.shape), list(weight.shape), list(grad.shape)
    once = conv_flop_count(*shapes, transposed)
    return once * sum(output_mask[:2])


#: One formula that torch gets wrong, one that torch does not have, then torch's own,
#: with those that custom operations register. A multiply-add counts as two.
FORMULAS = ChainMap(
    {
        torch.ops.aten.convolution_backward: _convolution_backward,
        torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _attention_on_cpu,
    },
    flop_registry,
)


class Places:
    """Which part of a model is running."""

    def __init__(self) -> None:
        self.stack = ['']

    @property
    def now(self) -> str:
        """The innermost part, '' outside of all."""
        return self.stack[-1]


@contextmanager
def inside(
    parts: Mapping[str, nn.Module], places: Places, whole: Collection[str] = ()
) -> Iterator[None]:
    """Record in `places` which of the parts is running.

    Args:
        parts: Name and module of each.
        places: Where to record it.
        whole: Names of parts that are only called as a whole. The others may run block
            by block.
    """
    handles = []
    for name, part in parts.items():
        # Modules with hooks have to be called, so a head would then save more.
        for module in (part,) if name in whole else part.modules():
            enter, leave = _notes(name, places)
            handles.append(module.register_forward_pre_hook(enter))
            # Also after an error, so that what follows does not count for this part.
            handles.append(module.register_forward_hook(leave, always_call=True))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _notes(name: str, places: Places) -> tuple[Any, Any]:
    """Return forward hooks that record beginning and end, and change nothing."""

    def enter(*_: Any) -> None:
        places.stack.append(name)

    def leave(*_: Any) -> None:
        places.stack.pop()

    return enter, leave


class OpCounter(TorchDispatchMode):
    """Counts multiply-accumulates and activations of what runs inside it.

    Convolutions, linear maps, products of matrices and attention count. Norms,
    activation functions, pooling, interpolation and RoIAlign do not, as in the
    literature.

    Args:
        places: Knows the part that each operation belongs to.
    """

    def __init__(self, places: Places) -> None:
        super().__init__()
        self.places = places
        self.macs: Counter[str] = Counter()
        self.activations: Counter[str] = Counter()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Called by torch for each operation."""
        out = func(*args, **(kwargs or {}))
        formula = FORMULAS.get(func._overloadpacket)
        if formula is not None:
            flops = formula(*args, **(kwargs or {}), out_val=out)
            first = out[0] if isinstance(out, tuple) else out
            self.macs[self.places.now] += flops // 2
            self.activations[self.places.now] += first.numel()
        return out
