# SPDX-License-Identifier: Apache-2.0
"""Following the bytes of all tensors that are alive."""

import weakref
from collections.abc import Iterable
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

__all__ = ['LiveBytes']


class LiveBytes(TorchDispatchMode):
    """Counts the storages that operations inside it make, until they are freed.

    Works on real and on fake tensors. Memory that an operation takes and gives back by
    itself is not seen.

    Args:
        resident: Tensors that exist anyway and do not count.
    """

    def __init__(self, resident: Iterable[Tensor]) -> None:
        super().__init__()
        self.now = self.peak = 0
        self._bytes = {tensor.untyped_storage()._cdata: 0 for tensor in resident}

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Run an operation and count what it made."""
        result = func(*args, **(kwargs or {}))
        for value in tree_leaves(result):
            if isinstance(value, Tensor):
                self._count(value)
        return result

    def _count(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        key = storage._cdata
        if key not in self._bytes:
            self._bytes[key] = storage.nbytes()
            self.now += storage.nbytes()
            self.peak = max(self.peak, self.now)
            weakref.finalize(storage, self._free, key)

    def _free(self, key: int) -> None:
        self.now -= self._bytes.pop(key)
