# SPDX-License-Identifier: Apache-2.0
import math

import pytest
import torch
from mmcv.ops import RoIPool, roi_pool

# Inside, across all edges, outside, a point, inverted, in the second image.
ROIS = torch.tensor(
    [
        [0.0, 3.2, 5.1, 20.7, 17.9],
        [0.0, -9.0, -7.0, 80.0, 70.0],
        [1.0, 300.0, 300.0, 340.0, 350.0],
        [1.0, 7.0, 7.0, 7.0, 7.0],
        [0.0, 20.0, 20.0, 3.0, 3.0],
        [1.0, 0.3, 0.9, 55.5, 44.4],
    ],
    dtype=torch.float64,
)


def random_features():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, 3, 12, 15, generator=generator, dtype=torch.float64)


def reference(features, rois, size, scale):
    """Compute the op by its definition, bin by bin; torch differentiates it."""
    output = torch.zeros(len(rois), features.size(1), *size, dtype=torch.float64)
    for k, (image, x1, y1, x2, y2) in enumerate(rois.tolist()):
        spans = []
        for begin, end, bins, length in (
            (y1 * scale, (y2 + 1) * scale, size[0], features.size(2)),
            (x1 * scale, (x2 + 1) * scale, size[1], features.size(3)),
        ):
            step = (end - begin) / bins
            edges = [
                (math.floor(b * step + begin), math.ceil((b + 1) * step + begin))
                for b in range(bins)
            ]
            clipped = [[min(max(e, 0), length) for e in pair] for pair in edges]
            spans.append(clipped if end > begin else [(0, 0)] * bins)
        for i, (top, bottom) in enumerate(spans[0]):
            for j, (left, right) in enumerate(spans[1]):
                part = features[int(image), :, top:bottom, left:right]
                if part.numel():
                    output[k, :, i, j] = part.flatten(1).max(1).values
    return output


@pytest.mark.parametrize(('size', 'scale'), [((7, 7), 0.25), ((2, 5), 0.3)])
def test_follows_the_definition(device, size, scale):
    features = random_features().requires_grad_()
    pooled = RoIPool(size, scale)(features.to(device), ROIS.to(device)).cpu()
    expected = reference(features, ROIS, size, scale)
    assert torch.equal(pooled, expected)
    direction = torch.randn_like(expected)
    gradient, wanted = (
        torch.autograd.grad(value, features, direction)[0]
        for value in (pooled, expected)
    )
    torch.testing.assert_close(gradient, wanted, rtol=1e-12, atol=1e-12)
    assert not pooled[4].any()  # the inverted one


def test_gradcheck():
    features = random_features()[:, :1, :4, :4].clone().requires_grad_()
    rois = torch.tensor([[0, 0.5, 1.0, 9.0, 8.2], [1, -2.0, 3.0, 4.0, 20.0]]).double()
    assert torch.autograd.gradcheck(lambda x: roi_pool(x, rois, (2, 3), 0.5), features)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float32])
def test_lower_precision(dtype):
    features = random_features().to(dtype).requires_grad_()
    exact = features.detach().double().requires_grad_()
    rois = ROIS.round()
    pooled = roi_pool(features, rois.to(dtype), 4, 0.25)
    expected = reference(exact, rois.to(dtype).double(), (4, 4), 0.25)
    assert pooled.dtype == dtype
    assert torch.equal(pooled.double(), expected)
    pooled.sum().backward()
    expected.sum().backward()
    assert torch.equal(features.grad.double(), exact.grad)


def test_no_rois():
    features = random_features().requires_grad_()
    pooled = roi_pool(features, ROIS[:0], 7, 0.25)
    assert pooled.shape == (0, 3, 7, 7)
    pooled.sum().backward()
    assert not features.grad.any()
