# SPDX-License-Identifier: Apache-2.0
"""Measure the memory of three ops of the stand-in beside that of a compiled mmcv.

    python tests/compat/mmcv_ops/measure_memory.py

Run it on a CPU, in an environment with mmcv-lite. Each row is a step, forward and
backward, through `mmcv.ops`, at the size that a stock config reaches. In rows named
mmcv, the ops write nothing: mmcv's kernels allocate at most the output (read in
its sources), and its Python allocates everything else.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from unittest.mock import patch

import torch
from torch import Tensor

from mmmetaformer.benchmark.peak import peak_above_start
from mmmetaformer.compat.mmcv_ops import install
from mmmetaformer.complexity.saved_bytes import SavedBytes

# Of an image of 800 x 1333, at strides of 8 to 64.
LEVELS = [(100, 167), (50, 84), (25, 42), (13, 21)]
MIB = 2**20
Op = Callable[..., Tensor]


def deform_attn_case(dtype: torch.dtype) -> tuple[Op, Op, list[Tensor]]:
    """Return the encoder's attention of DINO with four scales, two images."""
    from mmcv.ops.multi_scale_deform_attn import (
        MultiScaleDeformableAttnFunction,
        multi_scale_deformable_attn_pytorch,
    )

    shapes = torch.tensor(LEVELS)
    sizes = shapes.prod(1)
    starts = sizes.cumsum(0) - sizes
    rows = int(sizes.sum())
    value = torch.randn(2, rows, 8, 32, dtype=dtype)
    locations = torch.rand(2, rows, 8, 4, 4, 2, dtype=dtype)
    weights = torch.rand(2, rows, 8, 4, 4, dtype=dtype)

    def op(value: Tensor, locations: Tensor, weights: Tensor) -> Tensor:
        return MultiScaleDeformableAttnFunction.apply(
            value, shapes, starts, locations, weights, 64
        )

    def in_python(value: Tensor, locations: Tensor, weights: Tensor) -> Tensor:
        return multi_scale_deformable_attn_pytorch(value, shapes, locations, weights)

    return op, in_python, [value, locations, weights]


def carafe_case(dtype: torch.dtype) -> tuple[Op, None, list[Tensor]]:
    """Return the largest upsampling of FPN-CARAFE, two images of 800 x 1344."""
    from mmcv.ops import carafe

    features = torch.randn(2, 256, 100, 168, dtype=dtype)
    masks = torch.rand(2, 25, 200, 336, dtype=dtype)
    return lambda f, m: carafe(f, m, 5, 1, 2), None, [features, masks]


def psa_mask_case(dtype: torch.dtype) -> tuple[Op, None, list[Tensor]]:
    """Return one of PSANet's two attentions, two crops of 769 x 769."""
    from mmcv.ops import PSAMask

    return PSAMask('collect', (97, 97)), None, [torch.randn(2, 97**2, 49, 49).to(dtype)]


CASES = {
    'ms_deform_attn': deform_attn_case,
    'carafe': carafe_case,
    'psamask': psa_mask_case,
}


def bytes_of(op: Op, inputs: list[Tensor]) -> list[int]:
    """Return what a step keeps in addition to its inputs, and its peaks.

    Returns:
        Bytes kept for the backward pass, at the peak of the forward pass, and at that
        of the whole step, with the gradients of output and inputs.
    """
    inputs = [tensor.detach().requires_grad_() for tensor in inputs]
    saved = SavedBytes(inputs)
    with saved:
        output = op(*inputs)
    direction = torch.ones_like(output)

    def forward() -> None:
        op(*inputs)

    def step() -> None:
        torch.autograd.grad(op(*inputs), inputs, torch.ones_like(direction))

    peaks = [peak_above_start(part, 'cpu') for part in (forward, step)]
    return [sum(saved.bytes.values()), *peaks]


def rows(name: str, dtype: torch.dtype) -> Iterator[tuple[str, list[int]]]:
    """Yield the memory of each implementation of an op."""
    op, in_python, inputs = CASES[name](dtype)

    def forward(*args: Tensor, **_: int) -> Tensor | None:
        if name != 'ms_deform_attn':
            return None
        return args[0].new_zeros(*args[3].shape[:2], args[0].shape[2:].numel())

    kernels = {
        f'{name}_forward': forward,
        f'{name}_backward': lambda *args, **_: None,
    }
    with patch.dict(vars(import_module('mmcv._ext')), kernels):
        yield 'mmcv', bytes_of(op, inputs)
    yield 'stand-in', bytes_of(op, inputs)
    if in_python:
        yield "mmcv's own on a CPU", bytes_of(in_python, inputs)


def main() -> None:
    """Print a table in MiB."""
    if not install():
        raise SystemExit('mmcv is compiled here: see the docstring')
    print('| op | dtype | inputs | | kept | forward | step |')
    print('| --- | --- | --- | --- | --- | --- | --- |')
    for name, case in CASES.items():
        for dtype in (torch.float32, torch.float16):
            size = sum(tensor.nbytes for tensor in case(dtype)[2])
            for label, numbers in rows(name, dtype):
                cells = [name, str(dtype)[6:], f'{size / MIB:.0f}', label]
                cells += [f'{number / MIB:.0f}' for number in numbers]
                print('|', ' | '.join(cells), '|', flush=True)


if __name__ == '__main__':
    main()
