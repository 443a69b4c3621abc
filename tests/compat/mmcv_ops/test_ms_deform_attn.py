# SPDX-License-Identifier: Apache-2.0
import math

import pytest
import torch
from mmcv.ops.multi_scale_deform_attn import MultiScaleDeformableAttnFunction

from mmmetaformer.compat.mmcv_ops import ms_deform_attn

SHAPES = torch.tensor([[3, 4], [2, 1]])
STARTS = torch.tensor([0, 12])


def attend(value, locations, weights):
    device = value.device
    return MultiScaleDeformableAttnFunction.apply(
        value, SHAPES.to(device), STARTS.to(device), locations, weights, 64
    )


def random_inputs(images=2, queries=3, dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)

    def draw(*shape):
        return torch.rand(*shape, generator=generator, dtype=torch.float64).to(dtype)

    value = draw(images, 14, 2, 3) - 0.5
    # Some samples cross the edges, some are outside.
    locations = draw(images, queries, 2, 2, 4, 2) * 1.6 - 0.3
    return value, locations, draw(images, queries, 2, 2, 4)


def reference(value, locations, weights):
    """Compute the op by its definition, sample by sample."""
    images, queries, heads = locations.shape[:3]
    output = torch.zeros(images, queries, heads, value.size(3), dtype=torch.float64)
    for n, q, h, level, p in torch.cartesian_prod(
        *(torch.arange(size) for size in weights.shape)
    ).tolist():
        height, width = SHAPES[level].tolist()
        x = locations[n, q, h, level, p, 0].item() * width - 0.5
        y = locations[n, q, h, level, p, 1].item() * height - 0.5
        for row in (math.floor(y), math.floor(y) + 1):
            for column in (math.floor(x), math.floor(x) + 1):
                if 0 <= row < height and 0 <= column < width:
                    pixel = value[n, STARTS[level] + row * width + column, h]
                    factor = (1 - abs(y - row)) * (1 - abs(x - column))
                    output[n, q, h] += weights[n, q, h, level, p] * factor * pixel
    return output.flatten(2)


def test_follows_the_definition(device):
    inputs = random_inputs()
    output = attend(*(tensor.to(device) for tensor in inputs)).cpu()
    torch.testing.assert_close(output, reference(*inputs), rtol=0, atol=1e-12)


def test_gradcheck():
    inputs = [tensor.requires_grad_() for tensor in random_inputs(1, 2)]
    assert torch.autograd.gradcheck(attend, inputs)


@pytest.mark.parametrize(
    # All of it, then queries and images in parts; a query has 2 * 4 * 3 samples.
    ('most', 'calls_of_heads'),
    [(2**25, [6] * 4), (24 * 7, [4, 4, 2, 2] * 2), (24 * 2, [2] * 24), (1, [2] * 36)],
)
def test_parts_of_a_batch_equal_the_whole(monkeypatch, most, calls_of_heads):
    inputs = [tensor.requires_grad_() for tensor in random_inputs(3)]
    whole = attend(*inputs)
    direction = torch.randn_like(whole)
    gradients = torch.autograd.grad(whole, inputs, direction)
    calls = []
    sample = torch.nn.functional.grid_sample
    monkeypatch.setattr(ms_deform_attn, 'MAX_SAMPLES', most)
    monkeypatch.setattr(
        torch.nn.functional,
        'grid_sample',
        lambda maps, *args, **kwargs: (
            calls.append(len(maps)) or sample(maps, *args, **kwargs)
        ),
    )
    parts = attend(*inputs)
    torch.testing.assert_close(parts, whole, rtol=1e-12, atol=1e-12)
    for part, expected in zip(
        torch.autograd.grad(parts, inputs, direction), gradients, strict=True
    ):
        torch.testing.assert_close(part, expected, rtol=1e-12, atol=1e-12)
    # Forward and backward, three images with two heads each, two levels.
    assert calls == calls_of_heads


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float32])
def test_lower_precision_rounds_once(dtype):
    inputs = [tensor.requires_grad_() for tensor in random_inputs(dtype=dtype)]
    exact = [tensor.detach().double().requires_grad_() for tensor in inputs]
    output, expected = attend(*inputs), attend(*exact)
    direction = torch.randn_like(expected).to(dtype)
    assert output.dtype == dtype
    close = {'rtol': torch.finfo(dtype).eps, 'atol': 1e-5}
    torch.testing.assert_close(output.double(), expected, **close)
    gradients = torch.autograd.grad(output, inputs, direction)
    wanted = torch.autograd.grad(expected, exact, direction.double())
    for gradient, exactly in zip(gradients, wanted, strict=True):
        assert gradient.dtype == dtype
        torch.testing.assert_close(gradient.double(), exactly, **close)


@pytest.mark.parametrize(('images', 'queries'), [(0, 3), (2, 0)])
def test_empty(images, queries):
    inputs = [tensor.requires_grad_() for tensor in random_inputs(images, queries)]
    output = attend(*inputs)
    assert output.shape == (images, queries, 6)
    output.sum().backward()
    assert all(not tensor.grad.any() for tensor in inputs)
