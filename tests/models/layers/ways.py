# SPDX-License-Identifier: Apache-2.0
"""Runs a function both ways."""

import torch

from mmmetaformer.models.layers import fast_paths


def random_like(x):
    """Fixed numbers in x's shape and memory format."""
    generator = torch.Generator().manual_seed(x.numel())
    numbers = torch.randn(x.shape, generator=generator, dtype=torch.float64)
    return torch.empty_like(x).copy_(numbers)


def both_ways(function, *inputs):
    """Output and gradients of all inputs, the fast way and the plain one."""
    return [run(function, *inputs, fast=fast) for fast in (True, False)]


def run(function, *inputs, fast=True):
    """Output and gradients of all inputs."""
    leaves = [x.detach().clone().requires_grad_() for x in inputs]
    with fast_paths(fast):
        output = function(*leaves)
        output.backward(random_like(output))
    return [output.detach(), *(leaf.grad for leaf in leaves)]


def errors(results, references):
    """Relative error of each tensor, as a norm."""
    return [
        float((a.double() - b.double()).norm() / b.double().norm())
        for a, b in zip(results, references, strict=True)
    ]
