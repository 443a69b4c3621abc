# SPDX-License-Identifier: Apache-2.0
"""Against torch's own cross entropy of torch's own resizing, in double precision."""

import pytest
import torch
import torch.nn.functional as F

from mmmetaformer.complexity.saved_bytes import SavedBytes
from mmmetaformer.segmentation import cross_entropy, resized_cross_entropy

CLASSES = 11
IGNORED = 255
SIZES = [  # of the logits, of the labels
    ((17, 23), (65, 90)),
    ((16, 16), (64, 64)),
    ((9, 7), (9, 7)),
    ((20, 20), (7, 13)),
    ((1, 1), (5, 5)),
]


def batch(small, large, dtype=torch.float32, memory_format=torch.contiguous_format):
    logits = torch.randn(2, CLASSES, *small, dtype=dtype)
    labels = torch.randint(CLASSES, (2, *large))
    labels[0, :2] = IGNORED
    labels[1, :, 1] = IGNORED
    return logits.contiguous(memory_format=memory_format).requires_grad_(), labels


def plain(logits, labels, align_corners=False):
    size = labels.shape[1:]
    large = F.interpolate(
        logits.double(), size, mode='bilinear', align_corners=align_corners
    )
    total = F.cross_entropy(large, labels, ignore_index=IGNORED, reduction='sum')
    correct = (large.argmax(1) == labels) & (labels != IGNORED)
    return total, correct.sum()


def relative(value, reference):
    return float((value.double() - reference).norm() / reference.norm())


@pytest.fixture(params=[1, 3 * 90 * CLASSES, 2**21])
def elements(request, monkeypatch):
    """Bands of one row, of three, and the whole image."""
    monkeypatch.setattr(cross_entropy, 'ELEMENTS_ON_CPU', request.param)


@pytest.mark.usefixtures('elements')
@pytest.mark.parametrize(('small', 'large'), SIZES)
@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize(
    ('dtype', 'tolerance'), [(torch.float64, 1e-14), (torch.float32, 5e-6)]
)
def test_values_and_gradients(small, large, align_corners, dtype, tolerance):
    logits, labels = batch(small, large, dtype)
    total, correct = resized_cross_entropy(logits, labels, IGNORED, align_corners)
    (gradient,) = torch.autograd.grad(0.3 * total, logits)
    expected, expected_correct = plain(logits, labels, align_corners)
    (exact,) = torch.autograd.grad(0.3 * expected, logits)
    assert total.dtype == gradient.dtype == dtype
    assert relative(total, expected) < tolerance
    assert correct == expected_correct
    assert relative(gradient, exact.double()) < tolerance


def test_channels_last():
    logits, labels = batch(*SIZES[0], memory_format=torch.channels_last)
    total, _ = resized_cross_entropy(logits, labels)
    (gradient,) = torch.autograd.grad(total, logits)
    expected, _ = plain(logits, labels)
    assert gradient.stride() == logits.stride()
    assert relative(gradient, torch.autograd.grad(expected, logits)[0].double()) < 5e-6


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_low_precision_is_no_less_exact_than_torch(dtype):
    logits, labels = batch(*SIZES[0], dtype)
    double = logits.detach().double().requires_grad_()
    expected, _ = plain(double, labels)
    (exact,) = torch.autograd.grad(expected, double)
    with torch.autocast('cpu', torch.bfloat16):
        ours, _ = resized_cross_entropy(logits, labels)
        large = F.interpolate(logits, labels.shape[1:], mode='bilinear')
        eager = F.cross_entropy(
            large.float(), labels, ignore_index=IGNORED, reduction='sum'
        )
    assert ours.dtype == torch.float32
    assert relative(ours, expected.detach()) < 1e-6
    (gradient,) = torch.autograd.grad(ours, logits)
    (eager_gradient,) = torch.autograd.grad(eager, logits)
    assert gradient.dtype == dtype
    assert relative(gradient, exact) <= 1.01 * relative(eager_gradient, exact)


def test_keeps_the_gradient_of_the_small_logits_alone():
    logits, labels = batch((16, 16), (64, 64))
    with SavedBytes([logits]) as saved:
        resized_cross_entropy(logits, labels)
    assert sum(saved.bytes.values()) < 1.2 * logits.nbytes


def test_without_gradients():
    logits, labels = batch((16, 16), (64, 64))
    total, _ = resized_cross_entropy(logits.detach(), labels)
    assert not total.requires_grad
    assert relative(total, plain(logits, labels)[0].detach()) < 1e-6
    with torch.no_grad():
        assert torch.equal(resized_cross_entropy(logits, labels)[0], total)


def test_nothing_counts():
    logits, labels = batch((16, 16), (64, 64))
    total, correct = resized_cross_entropy(logits, torch.full_like(labels, IGNORED))
    assert total == correct == 0
    assert not torch.autograd.grad(total, logits)[0].any()


def test_label_without_a_class():
    logits, labels = batch((16, 16), (64, 64))
    labels[1, 60, 3] = CLASSES
    with pytest.raises(IndexError, match='out of bounds'):
        resized_cross_entropy(logits, labels)


def test_ignored_class():
    logits, labels = batch((16, 16), (64, 64), torch.float64)
    labels[labels == IGNORED] = 0
    total, correct = resized_cross_entropy(logits, labels, ignore_index=0)
    expected, hits = plain(logits, labels.where(labels != 0, IGNORED))
    assert relative(total.detach(), expected.detach()) < 1e-14
    assert correct == hits
