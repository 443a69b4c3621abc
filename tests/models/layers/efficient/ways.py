# SPDX-License-Identifier: Apache-2.0
"""Run a function efficiently and plainly."""

from contextlib import contextmanager, nullcontext
from unittest import mock

import torch

from mmmetaformer.models.layers import Recomputing, reference_kernels


@contextmanager
def plain():
    """Nothing is recomputed, and the reference kernels compute."""
    with reference_kernels(), mock.patch.object(Recomputing, 'recompute', False):
        yield


def random_like(x):
    """Fixed numbers in x's shape and memory format."""
    generator = torch.Generator().manual_seed(x.numel())
    numbers = torch.randn(x.shape, generator=generator, dtype=torch.float64)
    return torch.empty_like(x).copy_(numbers)


def both_ways(function, *inputs):
    """Output and gradients of all inputs, efficiently and plainly."""
    efficient = run(function, *inputs)
    return efficient, run(function, *inputs, context=plain)


def run(function, *inputs, context=nullcontext):
    """Output and gradients of all inputs."""
    leaves = [x.detach().clone().requires_grad_() for x in inputs]
    with context():
        output = function(*leaves)
        output.backward(random_like(output))
    return [output.detach(), *(leaf.grad for leaf in leaves)]


def errors(results, references):
    """Relative error of each tensor, as a norm."""
    return [
        float((a.double() - b.double()).norm() / b.double().norm())
        for a, b in zip(results, references, strict=True)
    ]
