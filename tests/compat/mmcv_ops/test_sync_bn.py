# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
import torch.nn.functional as F
from mmcv.ops.sync_bn import SyncBatchNormFunction

# mmcv refuses float64 and bfloat16 itself.


def run(x, mode='default'):
    """Return output, running statistics and parameters of one process."""
    weight, bias = torch.tensor([0.5, 2.0, -1.0]), torch.tensor([0.1, 0.2, 0.3])
    mean, var = torch.full((3,), 0.5), torch.full((3,), 2.0)
    weight, bias = weight.requires_grad_(), bias.requires_grad_()
    output = SyncBatchNormFunction.apply(
        x, mean, var, weight, bias, 0.1, 1e-5, None, 1, mode
    )
    return output, (mean, var), (weight, bias)


@pytest.mark.parametrize('mode', ['default', 'N'])
@pytest.mark.parametrize(('dtype', 'units'), [(torch.float32, 8), (torch.float16, 1)])
def test_is_a_batch_norm(dtype, units, mode):
    x = (torch.randn(4, 3, 5, 6) * 2 + 1).to(dtype).requires_grad_()
    output, running, parameters = run(x, mode)
    exact = x.detach().double().requires_grad_()
    mean, var = torch.full((3,), 0.5).double(), torch.full((3,), 2.0).double()
    wanted = [tensor.detach().double().requires_grad_() for tensor in parameters]
    expected = F.batch_norm(exact, mean, var, *wanted, True, 0.1, 1e-5)
    eps = torch.finfo(dtype).eps * units
    close = {'rtol': eps, 'atol': eps}
    torch.testing.assert_close(output.double(), expected, **close)
    for statistic, exactly in zip(running, (mean, var), strict=True):
        torch.testing.assert_close(statistic.double(), exactly, rtol=1e-5, atol=1e-6)
    direction = torch.randn_like(output)
    gradients = torch.autograd.grad(output, (x, *parameters), direction)
    wanted = torch.autograd.grad(expected, (exact, *wanted), direction.double())
    for gradient, exactly in zip(gradients, wanted, strict=True):
        torch.testing.assert_close(gradient.double(), exactly, rtol=eps, atol=1e-4)


def test_no_images():
    x = torch.zeros(0, 3, 5, 6, requires_grad=True)
    output, (mean, var), _ = run(x, 'N')
    assert output.shape == x.shape
    assert mean.tolist() == [0.5] * 3
    assert var.tolist() == [2.0] * 3
    output.sum().backward()
