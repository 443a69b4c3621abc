# SPDX-License-Identifier: Apache-2.0
"""The roofline of a machine, and the time of a model's operations at it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from mmmetaformer.complexity.operations import FORMULAS

from .setting import Setting
from .workload import tensors_in

__all__ = ['Bound', 'Ceilings', 'measure_ceilings']

REPEATS = 10
#: Bytes of the copied tensor, which no cache holds.
COPIED = 2**28


@dataclass(frozen=True)
class Ceilings:
    """The roofline of a machine.

    Args:
        flops: Floating-point operations per second; a MAC is two.
        bandwidth: Bytes per second from and to memory.
    """

    flops: float
    bandwidth: float


def measure_ceilings(setting: Setting) -> Ceilings:
    """Measure the roofline: the best of several runs, in the setting's precision.

    Operations per second are those of a large matrix product or 1x1 convolution,
    whichever is faster; bytes per second are those of a large copy.
    """
    device, dtype = setting.device, setting.dtype
    side = 8192 if device == 'cuda' else 2048
    a, b = torch.randn(2, side, side, device=device, dtype=dtype)
    image = a.view(1, 64, side // 64, side).permute(0, 3, 1, 2)  # channels last
    kernel = b.view(side, side, 1, 1)
    seconds = min(
        _best(lambda: a @ b, setting),
        _best(lambda: torch.conv2d(image, kernel), setting),
    )
    source = torch.zeros(COPIED // 4, device=device)
    target = torch.zeros_like(source)
    copy = _best(lambda: target.copy_(source), setting)
    if device == 'cuda':  # the models run in other processes
        del a, b, image, kernel, source, target
        torch.cuda.empty_cache()
    return Ceilings(2 * side**3 / seconds, 2 * COPIED / copy)


def _best(function: Callable[[], Any], setting: Setting) -> float:
    times = []
    for _ in range(REPEATS):
        setting.synchronize()
        start = time.perf_counter()
        function()
        setting.synchronize()
        times.append(time.perf_counter() - start)
    return min(times)


class Bound(TorchDispatchMode):
    """Adds up the time of operations at a machine's roofline.

    An operation takes the time of its arithmetic or of its bytes, whichever is longer.
    Each input and output tensor counts once; views count nothing.

    Args:
        ceilings: The machine's roofline.
    """

    def __init__(self, ceilings: Ceilings) -> None:
        super().__init__()
        self.ceilings = ceilings
        self.seconds = 0.0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Called by torch for each operation."""
        out = func(*args, **(kwargs or {}))
        inputs, outputs = tensors_in([*args]), tensors_in(out)
        storages = {t.untyped_storage()._cdata for t in inputs}
        is_view = not func._schema.is_mutable and all(
            t.untyped_storage()._cdata in storages for t in outputs
        )
        moved = 0 if is_view else sum(_bytes(t) for t in [*inputs, *outputs])
        formula = FORMULAS.get(func._overloadpacket)
        flops = formula(*args, **(kwargs or {}), out_val=out) if formula else 0
        self.seconds += max(
            moved / self.ceilings.bandwidth, flops / self.ceilings.flops
        )
        return out


def _bytes(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()
