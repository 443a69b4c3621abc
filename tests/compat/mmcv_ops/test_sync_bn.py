# SPDX-License-Identifier: Apache-2.0
import importlib

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


def test_two_processes_are_one_batch_norm():
    """Call the ops as mmcv does in each of two processes; means replace its sums."""
    ext = importlib.import_module('mmcv._ext')
    x = (torch.randn(4, 3, 7) * 2 + 1).requires_grad_()
    halves = x.detach().chunk(2)
    weight, bias = torch.tensor([0.5, 2.0, -1.0]), torch.tensor([0.1, 0.2, 0.3])
    means, variances = torch.zeros(2, 3), torch.zeros(2, 3)
    for half, mean in zip(halves, means, strict=True):
        ext.sync_bn_forward_mean(half, mean)
    mean = means.mean(0)
    for half, var in zip(halves, variances, strict=True):
        ext.sync_bn_forward_var(half, mean, var)
    var = variances.mean(0)
    outputs = [torch.zeros_like(half) for half in halves]
    norms, std = [torch.zeros_like(half) for half in halves], torch.zeros(3)
    for half, norm, output in zip(halves, norms, outputs, strict=True):
        running = torch.full((3,), 0.5), torch.full((3,), 2.0)
        arguments = (half, mean, var, weight, bias, *running, norm, std, output)
        ext.sync_bn_forward_output(*arguments, eps=1e-5, momentum=0.1, group_size=2)

    wanted_running = torch.full((3,), 0.5), torch.full((3,), 2.0)
    wanted = [tensor.clone().requires_grad_() for tensor in (weight, bias)]
    expected = F.batch_norm(x, *wanted_running, *wanted, True, 0.1, 1e-5)
    torch.testing.assert_close(torch.cat(outputs), expected)
    torch.testing.assert_close(running, wanted_running)

    direction = torch.randn_like(x)
    parts = direction.chunk(2)
    grads = torch.zeros(2, 2, 3)  # process, weight or bias
    for part, norm, grad in zip(parts, norms, grads, strict=True):
        ext.sync_bn_backward_param(part, norm, *grad)
    written = [torch.zeros_like(half) for half in halves]
    for part, norm, grad in zip(parts, norms, written, strict=True):
        ext.sync_bn_backward_data(part, weight, *grads.mean(0), norm, std, grad)
    found = (torch.cat(written), *grads.sum(0))
    for gradient, exact in zip(
        found, torch.autograd.grad(expected, (x, *wanted), direction), strict=True
    ):
        torch.testing.assert_close(gradient, exact, rtol=1e-4, atol=1e-5)


def test_without_parameters_and_running_statistics():
    ext = importlib.import_module('mmcv._ext')
    x = torch.randn(2, 3, 5)
    mean, var, std = x.mean((0, 2)), x.var((0, 2), unbiased=False), torch.zeros(3)
    norm, output = torch.zeros_like(x), torch.zeros_like(x)
    nothing = (None, None, None, None)
    ext.sync_bn_forward_output(x, mean, var, *nothing, norm, std, output, 1e-5, 0.1, 1)
    torch.testing.assert_close(output, F.batch_norm(x, None, None, training=True))
