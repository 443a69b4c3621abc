# SPDX-License-Identifier: Apache-2.0
import importlib
import math

import pytest
import torch
from mmcv.ops import RoIAlign, roi_align

SIZE = (12, 15)
# Inside, across all edges, outside, one pixel wide, a point, in the second image.
ROIS = torch.tensor(
    [
        [0.0, 3.2, 5.1, 20.7, 17.9],
        [0.0, -9.0, -7.0, 80.0, 70.0],
        [1.0, 300.0, 300.0, 340.0, 350.0],
        [1.0, 10.0, 2.0, 11.0, 30.0],
        [0.0, 7.0, 7.0, 7.0, 7.0],
        [1.0, 0.3, 0.9, 55.5, 44.4],
    ],
    dtype=torch.float64,
)


def axis_weights(start, end, bins, size, sampling, aligned):
    """Return the weight of each of `size` pixels in each bin along one axis."""
    length = end - start if aligned else max(end - start, 1.0)
    samples = sampling if sampling > 0 else math.ceil(length / bins)
    weights = torch.zeros(bins, size, dtype=torch.float64)
    for b in range(bins):
        for s in range(samples):
            at = start + (b + (s + 0.5) / samples) * length / bins
            if not -1 <= at <= size:
                continue
            at = min(max(at, 0.0), size - 1.0)
            low = int(at)
            weights[b, low] += (1 - (at - low)) / samples
            weights[b, min(low + 1, size - 1)] += (at - low) / samples
    return weights


def reference_roi_align(
    features,
    rois,
    output_size,
    scale,
    sampling,
    aligned,
):
    """Compute RoIAlign by its definition, as a product of weights along two axes."""
    pooled = []
    for image, *corners in rois.tolist():
        x1, y1, x2, y2 = (c * scale - 0.5 * aligned for c in corners)
        height, width = features.shape[2:]
        rows = axis_weights(y1, y2, output_size[0], height, sampling, aligned)
        columns = axis_weights(x1, x2, output_size[1], width, sampling, aligned)
        pooled.append(rows @ features[int(image)] @ columns.T)
    return torch.stack(pooled)


def random_features(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, 3, *SIZE, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize('aligned', [True, False])
@pytest.mark.parametrize('sampling', [0, 1, 2])
@pytest.mark.parametrize(('output_size', 'scale'), [((7, 7), 0.25), ((2, 5), 0.3)])
def test_forward_and_gradient_follow_the_definition(
    aligned, sampling, output_size, scale
):
    features = random_features().requires_grad_()
    layer = RoIAlign(output_size, scale, sampling, pool_mode='avg', aligned=aligned)
    pooled = layer(features, ROIS)
    expected = reference_roi_align(
        features, ROIS, output_size, scale, sampling, aligned
    )
    torch.testing.assert_close(pooled, expected, rtol=1e-12, atol=1e-12)
    direction = torch.randn_like(expected)
    (gradient,) = torch.autograd.grad(pooled, features, direction)
    (wanted,) = torch.autograd.grad(expected, features, direction)
    assert wanted.abs().max() > 0.1
    torch.testing.assert_close(gradient, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize('aligned', [True, False])
@pytest.mark.parametrize('sampling', [0, 2])
def test_gradcheck(aligned, sampling):
    features = random_features()[:, :1, :5, :6].clone().requires_grad_()
    rois = torch.tensor([[0, 0.5, 1.0, 9.0, 8.2], [1, -2.0, 3.0, 4.0, 20.0]]).double()

    def pool(x):
        return roi_align(x, rois, (2, 3), 0.5, sampling, 'avg', aligned)

    assert torch.autograd.gradcheck(pool, (features,))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float32])
@pytest.mark.parametrize('rois_dtype', ['same', torch.float32])
def test_lower_precision_rounds_the_definition_once(dtype, rois_dtype):
    features = random_features(1).to(dtype).requires_grad_()
    rois = ROIS.to(dtype if rois_dtype == 'same' else rois_dtype)
    pooled = roi_align(features, rois, 4, 0.25, 0, 'avg', True)
    exact = features.detach().double().requires_grad_()
    expected = reference_roi_align(exact, rois.double(), (4, 4), 0.25, 0, True)
    assert pooled.dtype == dtype
    # One rounding to the dtype, after sums in float32.
    eps = torch.finfo(dtype).eps
    torch.testing.assert_close(pooled.double(), expected, rtol=eps, atol=4e-6)
    direction = torch.randn_like(expected).to(dtype)
    (gradient,) = torch.autograd.grad(pooled, features, direction)
    (wanted,) = torch.autograd.grad(expected, exact, direction.double())
    assert gradient.dtype == dtype
    torch.testing.assert_close(gradient.double(), wanted, rtol=eps, atol=4e-6)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float32, torch.float64])
def test_no_rois(dtype):
    features = random_features().to(dtype).requires_grad_()
    pooled = roi_align(features, torch.zeros(0, 5, dtype=dtype), 7, 0.25, 0)
    assert pooled.shape == (0, 3, 7, 7)
    pooled.sum().backward()
    assert torch.equal(features.grad, torch.zeros_like(features))


def test_strided_gradient_and_channels_last_features():
    features = random_features().contiguous(memory_format=torch.channels_last)
    features.requires_grad_()
    pooled = roi_align(features, ROIS, (3, 3), 0.25, 2)
    expected = reference_roi_align(features, ROIS, (3, 3), 0.25, 2, True)
    direction = torch.randn(3, 3, 3, len(ROIS)).double().permute(3, 0, 2, 1)
    (gradient,) = torch.autograd.grad(pooled, features, direction)
    (wanted,) = torch.autograd.grad(expected, features, direction)
    torch.testing.assert_close(gradient, wanted, rtol=1e-12, atol=1e-12)


def test_maximum_pooling_raises_when_called():
    layer = RoIAlign(7, 0.25, 0, pool_mode='max')
    with pytest.raises(RuntimeError, match=r"(?s)pool_mode='max'.*pip install"):
        layer(random_features(), ROIS)
    backward = importlib.import_module('mmcv._ext').roi_align_backward
    gradient, features = torch.zeros(6, 3, 7, 7), torch.zeros(2, 3, *SIZE)
    with pytest.raises(RuntimeError, match="pool_mode='max'"):
        backward(gradient, ROIS, None, None, features, 7, 7, 0.25, 0, 0, True)
