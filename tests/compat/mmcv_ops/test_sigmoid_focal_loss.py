# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
import torch
from mmcv.ops import SigmoidFocalLoss, sigmoid_focal_loss

# Three classes. Background is C, as in mmdet, or -100, as in torch.
TARGET = torch.tensor([0, 2, 3, 1, -100, 2, 3])
WEIGHT = torch.tensor([0.5, 2.0, 3.0], dtype=torch.float64)


def random_logits(dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(len(TARGET), 3, generator=generator, dtype=torch.float64)
    return (3 * logits).to(dtype)


def reference_loss(logits, gamma, alpha, weight=None):
    """Compute the focal loss by its definition, element by element."""
    loss = np.zeros_like(logits)
    for n, t in enumerate(TARGET.tolist()):
        for c in range(logits.shape[1]):
            p = 1 / (1 + np.exp(-logits[n, c]))
            if t == c:
                loss[n, c] = -alpha * (1 - p) ** gamma * np.log(p)
            else:
                loss[n, c] = -(1 - alpha) * p**gamma * np.log(1 - p)
            if weight is not None and 0 <= t < logits.shape[1]:
                loss[n, c] *= weight[t]
    return loss


@pytest.mark.parametrize('weighted', [False, True])
@pytest.mark.parametrize(('gamma', 'alpha'), [(2.0, 0.25), (0.0, 0.5), (1.3, 0.7)])
def test_forward_and_gradient_follow_the_definition(gamma, alpha, weighted):
    weight = WEIGHT if weighted else None
    logits = random_logits().requires_grad_()
    loss = sigmoid_focal_loss(logits, TARGET, gamma, alpha, weight, 'none')
    array = WEIGHT.numpy() if weighted else None
    expected = reference_loss(logits.detach().numpy(), gamma, alpha, array)
    np.testing.assert_allclose(loss.detach().numpy(), expected, rtol=1e-12)

    def compute(x):
        return sigmoid_focal_loss(x, TARGET, gamma, alpha, weight, 'none')

    assert torch.autograd.gradcheck(compute, (logits,))


@pytest.mark.parametrize('reduction', ['mean', 'sum'])
def test_reductions(reduction):
    logits = random_logits().requires_grad_()
    loss = SigmoidFocalLoss(2.0, 0.25, WEIGHT, reduction)(logits, TARGET)
    expected = reference_loss(logits.detach().numpy(), 2.0, 0.25, WEIGHT.numpy()).sum()
    # mmcv averages over rows, not over elements.
    expected /= len(TARGET) if reduction == 'mean' else 1
    assert loss.item() == pytest.approx(expected, rel=1e-12)
    assert torch.autograd.gradcheck(
        lambda x: sigmoid_focal_loss(x, TARGET, 2.0, 0.25, WEIGHT, reduction), (logits,)
    )


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float32])
def test_lower_precision_rounds_the_definition_once(dtype):
    logits = random_logits(dtype).requires_grad_()
    exact = logits.detach().double().requires_grad_()
    loss = sigmoid_focal_loss(logits, TARGET, 2.0, 0.25, None, 'none')
    wanted = sigmoid_focal_loss(exact, TARGET, 2.0, 0.25, None, 'none')
    loss.sum().backward()
    wanted.sum().backward()
    assert loss.dtype == logits.grad.dtype == dtype
    # The result is rounded once to half precision, by up to eps / 2, or a few times to
    # float32.
    units = 4 if dtype == torch.float32 else 0.6
    # The smallest float16 numbers are 6e-8 apart.
    close = {'rtol': units * torch.finfo(dtype).eps, 'atol': 6e-8}
    torch.testing.assert_close(loss.double(), wanted, **close)
    torch.testing.assert_close(logits.grad.double(), exact.grad, **close)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_large_logits(dtype):
    logits = torch.tensor([[30.0, -30.0], [60.0, -60.0]], dtype=dtype).requires_grad_()
    target = torch.tensor([1, 0])
    loss = sigmoid_focal_loss(logits, target, 2.0, 0.25, None, 'none')
    # For a wrong prediction (1 - p)^2 is 1 and the loss is the logit; else it is 0.
    expected = torch.tensor([[0.75 * 30, 0.25 * 30], [0.0, 0.0]], dtype=dtype)
    torch.testing.assert_close(loss, expected)
    loss.sum().backward()
    expected = torch.tensor([[0.75, -0.25], [0.0, 0.0]], dtype=dtype)
    torch.testing.assert_close(logits.grad, expected)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_small_losses_are_accurate(dtype):
    logits = torch.tensor([[30.0, -30.0]], dtype=dtype).requires_grad_()
    target = torch.tensor([0])
    loss = sigmoid_focal_loss(logits, target, 0.0, 0.5, None, 'none')
    # -log sigmoid(30) is exp(-30), but 1 - sigmoid(30) is 0 in float32.
    expected = torch.full_like(loss, 0.5).mul(torch.tensor(-30.0, dtype=dtype).exp())
    torch.testing.assert_close(loss, expected, rtol=1e-6, atol=0)
    loss.sum().backward()
    signs = torch.tensor([[-1.0, 1.0]], dtype=dtype)
    torch.testing.assert_close(logits.grad, signs * expected, rtol=1e-6, atol=0)


def test_infinite_logits_have_a_finite_loss_and_gradient():
    inf = float('inf')
    logits = torch.tensor([[inf, -inf], [-inf, inf]]).requires_grad_()
    loss = sigmoid_focal_loss(logits, torch.tensor([1, 1]), 2.0, 0.25, None, 'none')
    loss.sum().backward()
    assert loss.isfinite().all()
    assert logits.grad.isfinite().all()
    assert loss[0, 0] > 60


def test_no_rows():
    logits = torch.zeros(0, 3, requires_grad=True)
    loss = sigmoid_focal_loss(logits, TARGET[:0], 2.0, 0.25, WEIGHT.float(), 'sum')
    loss.backward()
    assert loss.item() == 0
    assert logits.grad.shape == (0, 3)
