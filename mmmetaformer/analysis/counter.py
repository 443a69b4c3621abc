# SPDX-License-Identifier: Apache-2.0
"""Counts operations by the part of a model that they belong to."""

from collections import ChainMap, Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import (
    conv_flop_count,
    flop_registry,
    sdpa_flop_count,
)

__all__ = ['OpCounter', 'Places', 'SavedBytes', 'inside']


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
    """As much for each wanted gradient as the forward pass; torch's forgets groups."""
    shapes = list(x.shape), list(weight.shape), list(grad.shape)
    once = conv_flop_count(*shapes, transposed)
    return once * sum(output_mask[:2])


#: One formula that torch has wrong, one that it lacks, and torch's, among which are
#: those of operations that register theirs. They count a multiplication and an addition
#: as two.
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
def inside(parts: Mapping[str, nn.Module], places: Places) -> Iterator[None]:
    """Note on `places` when one of the parts runs.

    Args:
        parts: Name and module of each.
        places: Where to note it.
    """
    handles = []
    for name, part in parts.items():
        # All modules inside too: a stage may be run block by block.
        for module in part.modules():
            enter, leave = _notes(name, places)
            handles.append(module.register_forward_pre_hook(enter))
            # Also after an error, lest all that follows counts for this part.
            handles.append(module.register_forward_hook(leave, always_call=True))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _notes(name: str, places: Places) -> tuple[Any, Any]:
    """Forward hooks that note beginning and end, and change nothing."""

    def enter(*_: Any) -> None:
        places.stack.append(name)

    def leave(*_: Any) -> None:
        places.stack.pop()

    return enter, leave


class OpCounter(TorchDispatchMode):
    """Counts multiply-accumulates and activations of what runs under it.

    Convolutions, linear maps, products of matrices and attention count. Norms,
    activation functions, pooling, interpolation and RoIAlign do not, as in the
    literature.

    Args:
        places: Tells the part that each operation belongs to.
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


class SavedBytes:
    """Counts the bytes that the backward pass of what runs under it will need.

    Each storage counts once, for the part that first keeps it, and only in as far as
    it is not there anyway. It works on real tensors and on fake ones.

    Args:
        there: Tensors that are kept anyway: parameters, buffers and the input.
        places: Tells the part that runs; without one all is counted under ''.
    """

    def __init__(self, there: Iterable[Tensor], places: Places | None = None) -> None:
        self._hooks = saved_tensors_hooks(self._pack, lambda tensor: tensor)
        self.places = places or Places()
        self.bytes: Counter[str] = Counter()
        # Held, so that no later storage gets the place of a freed one.
        self._seen = {t.untyped_storage()._cdata: t.untyped_storage() for t in there}

    def __enter__(self) -> 'SavedBytes':
        """Begin to count."""
        self._hooks.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """End."""
        self._hooks.__exit__(*error)

    def _pack(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in self._seen:
            self._seen[storage._cdata] = storage
            self.bytes[self.places.now] += storage.nbytes()
        return tensor
