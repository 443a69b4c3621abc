# SPDX-License-Identifier: Apache-2.0
"""Counting the bytes that autograd saves for the backward pass."""

from collections import Counter
from collections.abc import Iterable

from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from .operations import Places

__all__ = ['SavedBytes']


class SavedBytes:
    """Counts the bytes that autograd saves in what runs inside it.

    Each storage counts once, for the part that saves it first. Works on real and on
    fake tensors.

    Args:
        resident: Tensors that exist anyway and do not count: parameters, buffers and
            the input.
        places: Knows the part that runs; without it everything counts under ''.
    """

    def __init__(
        self, resident: Iterable[Tensor], places: Places | None = None
    ) -> None:
        self._hooks = saved_tensors_hooks(self._pack, lambda tensor: tensor)
        self.places = places or Places()
        self.bytes: Counter[str] = Counter()
        # Holding them keeps later storages from reusing their addresses.
        self._seen = {t.untyped_storage()._cdata: t.untyped_storage() for t in resident}

    def __enter__(self) -> 'SavedBytes':
        """Start counting."""
        self._hooks.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop counting."""
        self._hooks.__exit__(*error)

    def _pack(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in self._seen:
            self._seen[storage._cdata] = storage
            self.bytes[self.places.now] += storage.nbytes()
        # Detached: an output that is saved with its graph would keep that graph alive.
        return tensor.detach()
