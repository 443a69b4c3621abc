# SPDX-License-Identifier: Apache-2.0
"""The fast ways of whole backbones against the plain ones."""

import pytest
import torch
from torch import nn
from torch.autograd.graph import save_on_cpu

from mmmetaformer import models
from mmmetaformer.complexity.saved_bytes import SavedBytes
from mmmetaformer.models.layers import fast_paths

FAMILIES = [
    'PoolFormer',
    'IdentityFormer',
    'RandFormer',
    'PoolFormerV2',
    'ConvFormer',
    'CAFormer',
]
ARCH = dict(depths=(1, 1, 2, 1), dims=(32, 64, 64, 96))


def build(family, **kwargs):
    torch.manual_seed(0)
    model = getattr(models, family)(ARCH, **kwargs)
    for parameter in trained(model):
        nn.init.normal_(parameter, std=0.3 if parameter.ndim == 1 else 0.1)
    return model


def trained(model):
    return [p for p in model.parameters() if p.requires_grad]


def images(size=(75, 97), memory_format=torch.contiguous_format):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(2, 3, *size, generator=generator).contiguous(
        memory_format=memory_format
    )


def step(model, image, forward=None):
    """Outputs, and gradients of the image and all parameters, in double precision."""
    model.zero_grad()
    image = image.clone().requires_grad_()
    outputs = (model if forward is None else forward)(image)
    sum((out.float() * out.float().sin()).sum() for out in outputs).backward()
    gradients = [image.grad, *(p.grad for p in trained(model))]
    return [t.detach().double() for t in outputs], [g.double() for g in gradients]


def error(results, references):
    pairs = zip(results, references, strict=True)
    return max(float((a - b).norm() / b.norm()) for a, b in pairs)


def total_error(gradients, references):
    """Of all gradients as one vector, since a scalar's own may be next to nothing."""
    difference = sum(
        (a - b).square().sum() for a, b in zip(gradients, references, strict=True)
    )
    return float((difference / sum(b.square().sum() for b in references)).sqrt())


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize('size', [(75, 97), (64, 64)])
@pytest.mark.parametrize(
    'memory_format', [torch.contiguous_format, torch.channels_last]
)
def test_single_precision(family, size, memory_format):
    image = images(size, memory_format)
    fast, plain = build(family), build(family, fast=False)
    exact = step(plain.double(), image.double())
    plain.float()
    outputs, gradients = step(fast, image)
    assert error(outputs, exact[0]) < 1e-5
    assert total_error(gradients, exact[1]) < 1e-4
    with fast_paths(False):
        there = step(fast, image)
    expected = step(plain, image)
    assert all(torch.equal(a, b) for a, b in zip(there[1], expected[1], strict=True))


@pytest.mark.parametrize('family', FAMILIES)
def test_double_precision(family):
    image = images().double()
    fast = step(build(family).double(), image)
    plain = step(build(family, fast=False).double(), image)
    assert error(fast[0], plain[0]) < 1e-13
    assert error(fast[1], plain[1]) < 1e-11


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize('fast', [True, False])
def test_checkpointing(family, fast):
    image = images()
    once = step(build(family, fast=fast), image)
    again = step(build(family, fast=fast, with_cp=True), image)
    assert all(torch.equal(a, b) for a, b in zip(once[1], again[1], strict=True))


@pytest.mark.parametrize('family', ['PoolFormer', 'CAFormer'])
def test_checkpointing_keeps_the_blocks_inputs_alone(family):
    # Inside a block torch's own hooks take all, so what is seen is kept outside.
    kept = {}
    for options in ({}, {'with_cp': True}, {'with_cp': True, 'fast': False}):
        model = build(family, **options)
        image = images()
        with SavedBytes([*model.parameters(), image]) as saved:
            model(image)
        kept[str(options)] = sum(saved.bytes.values())
    normal, fast, plain = kept.values()
    assert fast <= plain < normal / 2  # between stages a norm is computed again


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
    exact = step(build(family, fast=False).double(), image.double())
    found = {}
    for fast in (True, False):
        model = build(family, fast=fast)
        with torch.autocast('cpu', torch.bfloat16):
            outputs, gradients = step(model, image)
        found[fast] = error(outputs, exact[0]), total_error(gradients, exact[1])
    for ours, eager in zip(found[True], found[False], strict=True):
        assert ours < 1.1 * eager


@pytest.mark.parametrize('family', FAMILIES)
def test_one_graph_of_all_when_compiled(family):
    image = images()
    model = build(family)
    compiled = torch.compile(model, fullgraph=True, backend='aot_eager')
    expected = step(model, image)
    outputs, gradients = step(model, image, compiled)
    assert error(outputs, expected[0]) < 1e-5
    assert total_error(gradients, expected[1]) < 1e-4
    torch._dynamo.reset()


@pytest.mark.parametrize('family', FAMILIES)
def test_half_the_memory(family):
    kept = {}
    for fast in (True, False):
        model = build(family, fast=fast)
        image = images()
        with SavedBytes([*model.parameters(), image]) as saved:
            model(image)
        kept[fast] = sum(saved.bytes.values())
    # PoolFormer's GELU and its norms alone can be computed again.
    assert kept[True] < (0.75 if family == 'PoolFormer' else 0.55) * kept[False]
