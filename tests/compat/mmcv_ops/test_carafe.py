# SPDX-License-Identifier: Apache-2.0
import importlib

import pytest
import torch
from mmcv.ops import CARAFEPack, carafe, carafe_naive

# kernel size, group size, scale factor
SHAPES = [(3, 1, 2), (5, 2, 3), (1, 4, 1)]


def random_inputs(kernel, groups, scale, dtype=torch.float64, images=2):
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(images, 4, 3, 4, generator=generator, dtype=torch.float64)
    size = (images, groups * kernel**2, 3 * scale, 4 * scale)
    masks = torch.rand(*size, generator=generator, dtype=torch.float64)
    return [tensor.to(dtype).requires_grad_() for tensor in (features, masks)]


def reference(features, masks, kernel, groups, scale):
    """Compute the op by its definition, pixel by pixel; torch differentiates it."""
    (_, channels, height, width), half = features.shape, kernel // 2
    rows = []
    for y in range(height * scale):
        for x in range(width * scale):
            total = torch.zeros_like(features[:, :, 0, 0])
            for k in range(kernel**2):
                row = y // scale + k // kernel - half
                column = x // scale + k % kernel - half
                if 0 <= row < height and 0 <= column < width:
                    factors = masks[:, k :: kernel**2, y, x]
                    factors = factors.repeat_interleave(channels // groups, 1)
                    total = total + factors * features[:, :, row, column]
            rows.append(total)
    return torch.stack(rows, 2).unflatten(2, (height * scale, width * scale))


@pytest.mark.parametrize('shape', SHAPES)
def test_follows_the_definition(device, shape):
    inputs = random_inputs(*shape)
    output = carafe(*(tensor.to(device) for tensor in inputs), *shape).cpu()
    expected = reference(*inputs, *shape)
    torch.testing.assert_close(output, expected, rtol=1e-12, atol=1e-12)
    direction = torch.randn_like(expected)
    for gradient, wanted in zip(
        torch.autograd.grad(output, inputs, direction),
        torch.autograd.grad(expected, inputs, direction),
        strict=True,
    ):
        torch.testing.assert_close(gradient, wanted, rtol=1e-12, atol=1e-12)


def test_gradcheck():
    inputs = random_inputs(3, 1, 2, images=1)
    inputs = [inputs[0][:, :1], inputs[1]]
    assert torch.autograd.gradcheck(lambda *tensors: carafe(*tensors, 3, 1, 2), inputs)


def test_naive_is_the_same():
    inputs = random_inputs(*SHAPES[1])
    output = carafe(*inputs, *SHAPES[1])
    assert torch.equal(carafe_naive(*inputs, *SHAPES[1]), output)
    # mmcv's Python refuses its backward pass on a CPU, so the op is called itself.
    direction = torch.randn_like(output)
    written = [torch.zeros_like(tensor) for tensor in inputs]
    backward = importlib.import_module('mmcv._ext').carafe_naive_backward
    with torch.no_grad():
        backward(direction, *inputs, *written, *SHAPES[1])
    for gradient, wanted in zip(
        written, torch.autograd.grad(output, inputs, direction), strict=True
    ):
        assert torch.equal(gradient, wanted)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float32])
def test_lower_precision_rounds_once(dtype):
    shape = SHAPES[0]
    inputs = random_inputs(*shape, dtype)
    exact = [tensor.detach().double().requires_grad_() for tensor in inputs]
    # Autocast would compute products of matrices in bfloat16.
    with torch.autocast('cpu', torch.bfloat16):
        output = carafe(*inputs, *shape)
    expected = reference(*exact, *shape)
    assert output.dtype == dtype
    close = {'rtol': torch.finfo(dtype).eps, 'atol': 1e-5}
    torch.testing.assert_close(output.double(), expected, **close)
    output.sum().backward()
    expected.sum().backward()
    for tensor, exactly in zip(inputs, exact, strict=True):
        torch.testing.assert_close(tensor.grad.double(), exactly.grad, **close)


def test_the_layer_and_an_empty_batch():
    layer = CARAFEPack(8, 2)
    assert layer(torch.rand(2, 8, 4, 5)).shape == (2, 8, 8, 10)
    features, masks = random_inputs(3, 1, 2, images=0)
    output = carafe(features, masks, 3, 1, 2)
    assert output.shape == (0, 4, 6, 8)
    output.sum().backward()
