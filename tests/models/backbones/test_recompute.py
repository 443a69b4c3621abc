# SPDX-License-Identifier: Apache-2.0
"""Whole backbones with recomputation and kernels against the reference."""

from functools import partial

import pytest
import torch
from backbone_steps import (
    ARCH,
    FAMILIES,
    build,
    error,
    images,
    step,
    total_error,
    trained,
)
from torch.autograd.graph import save_on_cpu

from mmmetaformer.complexity.saved_bytes import SavedBytes
from mmmetaformer.models import ConvFormer, MetaFormer
from mmmetaformer.models.layers import reference_kernels


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize('size', [(75, 97), (64, 64)])
@pytest.mark.parametrize(
    'memory_format', [torch.contiguous_format, torch.channels_last]
)
def test_single_precision(family, size, memory_format):
    image = images(size, memory_format)
    model, plain = build(family), build(family, recompute=False)
    with reference_kernels():
        exact = step(plain.double(), image.double())
        expected = step(plain.float(), image)
        recomputed = step(model, image)
    outputs, gradients = step(model, image)
    assert error(outputs, exact[0]) < 1e-5
    assert total_error(gradients, exact[1]) < 1e-4
    # Recomputation alone changes no bit.
    for ours, theirs in zip(recomputed, expected, strict=True):
        assert all(map(torch.equal, ours, theirs))


@pytest.mark.parametrize('family', FAMILIES)
def test_double_precision(family):
    image = images().double()
    found = step(build(family).double(), image)
    with reference_kernels():
        plain = step(build(family, recompute=False).double(), image)
    assert error(found[0], plain[0]) < 1e-13
    assert error(found[1], plain[1]) < 1e-11


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize('recompute', [True, False])
def test_checkpointing(family, recompute):
    image = images()
    once = step(build(family, recompute=recompute), image)
    again = step(build(family, recompute=recompute, with_cp=True), image)
    assert all(torch.equal(a, b) for a, b in zip(once[1], again[1], strict=True))


def saved_bytes(model):
    image = images()
    with SavedBytes([*model.parameters(), image]) as saved:
        model(image)
    return sum(saved.bytes.values())


@pytest.mark.parametrize('family', ['PoolFormer', 'CAFormer'])
def test_checkpointing_saves_only_the_inputs_of_blocks(family):
    # Inside a block torch's own hooks get all tensors: what is counted is outside.
    normal, recomputed, plain = (
        saved_bytes(build(family, **options))
        for options in ({}, {'with_cp': True}, {'with_cp': True, 'recompute': False})
    )
    assert recomputed <= plain < normal  # norms between stages are recomputed


@pytest.mark.parametrize('family', ['ConvFormer', 'CAFormer'])
def test_offloading(family):
    image = images()
    model = build(family)

    def offloaded(image):
        with save_on_cpu():
            return model(image)

    expected = step(model, image)
    assert total_error(step(model, image, offloaded)[1], expected[1]) < 1e-6


@pytest.mark.parametrize('family', FAMILIES)
def test_bfloat16_is_no_less_exact(family):
    image = images()

    def run(recompute):
        model = build(family, recompute=recompute)
        with torch.autocast('cpu', torch.bfloat16):
            outputs, gradients = step(model, image)
        return error(outputs, exact[0]), total_error(gradients, exact[1])

    with reference_kernels():
        exact = step(build(family, recompute=False).double(), image.double())
        plain = run(recompute=False)
    for ours, eager in zip(run(recompute=True), plain, strict=True):
        assert ours < 1.1 * eager


@pytest.mark.parametrize('family', FAMILIES)
def test_a_quarter_of_the_memory(family):
    recomputed = saved_bytes(build(family))
    with reference_kernels():
        plain = saved_bytes(build(family, recompute=False))
    assert recomputed < 0.25 * plain


@pytest.mark.parametrize('family', ['PoolFormer', 'ConvFormer'])
def test_second_derivatives_with_the_reference_kernels(family):
    def run(model):
        image = images((32, 32)).double().requires_grad_()
        with reference_kernels():
            total = sum((out * out.sin()).sum() for out in model(image))
            (gradient,) = torch.autograd.grad(total, image, create_graph=True)
            return torch.autograd.grad(gradient.square().sum(), trained(model))

    found, expected = (
        run(build(family, recompute=recompute).double()) for recompute in (True, False)
    )
    assert error(found, expected) < 1e-12


def test_the_former_name_of_the_argument():
    mixers = ['sep_conv'] * 4
    for make in (ConvFormer, partial(MetaFormer, token_mixers=mixers)):
        with pytest.warns(DeprecationWarning, match='use "recompute"'):
            model = make(ARCH, fast=False)
        assert saved_bytes(model) == saved_bytes(make(ARCH, recompute=False))
