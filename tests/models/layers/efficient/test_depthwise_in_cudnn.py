# SPDX-License-Identifier: Apache-2.0
"""Without a GPU: the gradients are the same operations on a CPU."""

import pytest
import torch
import torch._dynamo.testing
import torch.nn.functional as F

from mmmetaformer.models.layers.efficient.depthwise import in_cudnn


@pytest.mark.parametrize('size', [(16, 16), (7, 9), (1, 1), (2, 40)])
@pytest.mark.parametrize('kernel_size', [3, 7])
@pytest.mark.parametrize(
    'memory_format', [torch.contiguous_format, torch.channels_last]
)
def test_values_and_gradients(size, kernel_size, memory_format):
    x = torch.randn(2, 8, *size, dtype=torch.float64)
    x = x.contiguous(memory_format=memory_format).requires_grad_()
    weight = torch.randn(8, 1, kernel_size, kernel_size, dtype=torch.float64)
    weight.requires_grad_()
    expected = F.conv2d(x, weight, padding=kernel_size // 2, groups=8)
    grad = torch.randn_like(expected)
    found = in_cudnn.depthwise_conv2d(x, weight)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(
        torch.autograd.grad(found, (x, weight), grad),
        torch.autograd.grad(expected, (x, weight), grad),
    )


def test_channels_last_throughout():
    x = torch.randn(2, 8, 6, 5, requires_grad=True)
    out = in_cudnn.depthwise_conv2d(x, torch.randn(8, 1, 3, 3))
    assert out.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize('frozen', ['x', 'weight'])
def test_what_is_frozen_takes_no_gradient(frozen):
    x = torch.randn(1, 8, 16, 16, requires_grad=frozen != 'x')
    weight = torch.randn(8, 1, 7, 7, requires_grad=frozen != 'weight')
    in_cudnn.depthwise_conv2d(x, weight).sum().backward()
    assert (x.grad is None) == (frozen == 'x')
    assert (weight.grad is None) == (frozen == 'weight')


@pytest.mark.parametrize('backward_inside', [False, True])
def test_autocast(backward_inside):
    x = torch.randn(1, 8, 9, 7, requires_grad=True)
    weight = torch.randn(8, 1, 3, 3, requires_grad=True)
    with torch.autocast('cpu', torch.bfloat16):
        out = in_cudnn.depthwise_conv2d(x, weight)
    assert out.dtype == torch.bfloat16
    with torch.autocast('cpu', torch.bfloat16, enabled=backward_inside):
        found = torch.autograd.grad(out, (x, weight), torch.ones_like(out))
    exact = F.conv2d(x, weight, padding=1, groups=8)
    expected = torch.autograd.grad(exact, (x, weight), torch.ones_like(exact))
    torch.testing.assert_close(found, expected, rtol=0.02, atol=0.2)


@pytest.mark.parametrize('device', ['cpu', 'meta'])
def test_not_on_other_devices(device):
    x = torch.zeros(1, dtype=torch.bfloat16, device=device)
    assert not in_cudnn.applies_to(x)


def test_compiled():
    weight = torch.randn(8, 1, 7, 7, requires_grad=True)
    graphs = torch._dynamo.testing.CompileCounterWithBackend('aot_eager')
    compiled = torch.compile(
        in_cudnn.depthwise_conv2d, fullgraph=True, backend=graphs, dynamic=True
    )
    for size in ((20, 24), (24, 20), (23, 21)):
        x = torch.randn(2, 8, *size, requires_grad=True)
        out = compiled(x, weight)
        grad = torch.randn_like(out)
        found = torch.autograd.grad(out, (x, weight), grad)
        plain = in_cudnn.depthwise_conv2d(x, weight)
        expected = torch.autograd.grad(plain, (x, weight), grad)
        torch.testing.assert_close(found, expected)
    assert graphs.frame_count == 1  # for all sizes
    torch._dynamo.reset()
