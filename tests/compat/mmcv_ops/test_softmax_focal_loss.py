# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmcv.ops import SoftmaxFocalLoss, softmax_focal_loss

TARGET = torch.tensor([0, 2, 1, -1, 2])
WEIGHT = torch.tensor([0.5, 2.0, 3.0], dtype=torch.float64)


def random_logits(dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(5, 3, generator=generator, dtype=torch.float64) * 3
    return logits.to(dtype).requires_grad_()


def reference(logits, gamma, alpha, weight):
    """Compute the loss of all rows by its definition; torch differentiates it."""
    losses = []
    for row, target in zip(logits, TARGET.tolist(), strict=True):
        p = row.softmax(0)[target]
        loss = -alpha * (1 - p) ** gamma * p.log()
        factor = 1 if weight is None else weight[target]
        losses.append(loss * factor * (target >= 0))
    return torch.stack(losses)


@pytest.mark.parametrize('reduction', ['sum', 'mean'])
@pytest.mark.parametrize('weight', [None, WEIGHT])
@pytest.mark.parametrize(('gamma', 'alpha'), [(2.0, 0.25), (0.0, 1.0), (0.5, 0.7)])
def test_follows_the_definition(device, gamma, alpha, weight, reduction):
    logits = random_logits()
    op = SoftmaxFocalLoss(gamma, alpha, weight, reduction).to(device)
    loss = op(logits.to(device), TARGET.to(device)).cpu()
    losses = reference(logits, gamma, alpha, weight)
    expected = losses.sum() if reduction == 'sum' else losses.mean()
    torch.testing.assert_close(loss, expected, rtol=1e-12, atol=0)
    gradient, wanted = (
        torch.autograd.grad(value, logits)[0] for value in (loss, expected)
    )
    torch.testing.assert_close(gradient, wanted, rtol=1e-10, atol=1e-12)
    assert not gradient[3].any()


def test_gradcheck():
    assert torch.autograd.gradcheck(
        lambda x: softmax_focal_loss(x, TARGET, 2.0, 0.25, WEIGHT, 'sum'),
        (random_logits(),),
    )


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float32])
def test_lower_precision(dtype):
    logits = random_logits(dtype)
    loss = softmax_focal_loss(logits, TARGET, 2.0, 0.25, WEIGHT.to(dtype), 'none')
    expected = reference(logits.detach().double(), 2.0, 0.25, WEIGHT)
    assert loss.dtype == dtype
    # mmcv computes the softmax in the dtype of the logits.
    eps = torch.finfo(dtype).eps
    torch.testing.assert_close(loss.double(), expected, rtol=8 * eps, atol=4 * eps)


def test_certain_rows_have_a_finite_loss_and_gradient():
    logits = torch.tensor([[200.0, 0.0], [0.0, 200.0]], requires_grad=True)
    loss = softmax_focal_loss(logits, torch.tensor([0, 0]), 0.5, 0.25, None, 'none')
    assert loss[0] == 0
    assert loss[1].item() == pytest.approx(0.25 * 87.3365, rel=1e-5)
    softmax_focal_loss(logits, torch.tensor([0, 0]), 0.5, 0.25, None, 'sum').backward()
    assert logits.grad.isfinite().all()


def test_no_rows():
    logits = torch.zeros(0, 3, requires_grad=True)
    loss = softmax_focal_loss(logits, TARGET[:0], 2.0, 0.25, None, 'sum')
    loss.backward()
    assert loss.item() == 0
