# SPDX-License-Identifier: Apache-2.0
import itertools
import math

import pytest
import torch
from mmcv.ops import DeformRoIPoolPack, deform_roi_pool

# Inside, across all edges, outside, a point, inverted, in the second image.
ROIS = torch.tensor(
    [
        [0.0, 3.2, 5.1, 20.7, 17.9],
        [0.0, -9.0, -7.0, 40.0, 33.0],
        [1.0, 300.0, 300.0, 340.0, 350.0],
        [1.0, 7.0, 7.0, 7.0, 7.0],
        [0.0, 20.0, 20.0, 3.0, 3.0],
        [1.0, 0.3, 0.9, 25.5, 22.4],
    ],
    dtype=torch.float64,
)
BINS, SCALE, GAMMA = (2, 3), 0.25, 0.3


def random_inputs(dtype=torch.float64):
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(2, 3, 6, 7, generator=generator, dtype=torch.float64)
    offset = torch.randn(6, 2, *BINS, generator=generator, dtype=torch.float64)
    return [tensor.to(dtype).requires_grad_() for tensor in (features, offset)]


def sample(maps, y, x):
    """Return the bilinear sample of RoIAlign, (C,)."""
    height, width = maps.shape[1:]
    if not (-1 <= y <= height and -1 <= x <= width):
        return maps.new_zeros(len(maps))
    y, x = y.clamp(0, height - 1), x.clamp(0, width - 1)
    low_y, low_x = min(int(y), height - 2), min(int(x), width - 2)
    above, left = y - low_y, x - low_x
    rows = maps[:, low_y : low_y + 2, low_x : low_x + 2]
    rows = (1 - left) * rows[:, :, 0] + left * rows[:, :, 1]
    return (1 - above) * rows[:, 0] + above * rows[:, 1]


def reference(features, rois, offset, sampling):
    """Compute the op by its definition, sample by sample; torch differentiates it."""
    pooled = []
    for k, (image, *box) in enumerate(rois.tolist()):
        x1, y1, x2, y2 = (c * SCALE - 0.5 for c in box)
        steps = (y2 - y1) / BINS[0], (x2 - x1) / BINS[1]
        grid = [sampling or math.ceil(step) for step in steps]
        for i, j in itertools.product(range(BINS[0]), range(BINS[1])):
            found = [features.new_zeros(features.size(1))]
            for a, b in itertools.product(range(grid[0]), range(grid[1])):
                y = y1 + (i + (a + 0.5) / grid[0]) * steps[0]
                x = x1 + (j + (b + 0.5) / grid[1]) * steps[1]
                move_x, move_y = (0, 0) if offset is None else offset[k, :, i, j]
                at = [
                    torch.as_tensor(value, dtype=torch.float64)
                    for value in (
                        y + GAMMA * (y2 - y1) * move_y,
                        x + GAMMA * (x2 - x1) * move_x,
                    )
                ]
                found.append(sample(features[int(image)], *at))
            pooled.append(torch.stack(found).sum(0) / max(len(found) - 1, 1))
    return torch.stack(pooled).view(len(rois), *BINS, -1).permute(0, 3, 1, 2)


@pytest.mark.parametrize('sampling', [0, 2])
@pytest.mark.parametrize('moved', [True, False])
def test_follows_the_definition(device, moved, sampling):
    inputs = random_inputs()[: 1 + moved]
    offset = inputs[1] if moved else None
    tensors = (None if t is None else t.to(device) for t in (inputs[0], ROIS, offset))
    pooled = deform_roi_pool(*tensors, BINS, SCALE, sampling, GAMMA).cpu()
    expected = reference(inputs[0], ROIS, offset, sampling)
    torch.testing.assert_close(pooled, expected, rtol=1e-12, atol=1e-12)
    direction = torch.randn_like(expected)
    for gradient, wanted in zip(
        torch.autograd.grad(pooled, inputs, direction),
        torch.autograd.grad(expected, inputs, direction),
        strict=True,
    ):
        torch.testing.assert_close(gradient, wanted, rtol=1e-10, atol=1e-10)
        assert gradient.any()


def test_gradcheck():
    features, offset = random_inputs()
    features = features[:, :1, :4].detach().requires_grad_()
    inputs = (features, offset[:1].detach().requires_grad_())
    assert torch.autograd.gradcheck(
        lambda x, o: deform_roi_pool(x, ROIS[:1], o, BINS, SCALE, 0, GAMMA), inputs
    )


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float32])
def test_lower_precision_rounds_once(dtype):
    inputs = random_inputs(dtype)
    exact = [tensor.detach().double().requires_grad_() for tensor in inputs]
    rois = ROIS.to(dtype)
    pooled = deform_roi_pool(inputs[0], rois, inputs[1], BINS, SCALE, 2, GAMMA)
    expected = reference(exact[0], rois.double(), exact[1], 2)
    assert pooled.dtype == dtype
    eps = torch.finfo(dtype).eps
    torch.testing.assert_close(pooled.double(), expected, rtol=eps, atol=4e-6)
    pooled.sum().backward()
    expected.sum().backward()
    for tensor, exactly in zip(inputs, exact, strict=True):
        torch.testing.assert_close(
            tensor.grad.double(), exactly.grad, rtol=eps, atol=3e-5
        )


def test_no_rois_and_the_layer():
    features, offset = random_inputs()
    pooled = deform_roi_pool(features, ROIS[:0], offset[:0], BINS, SCALE, 0, GAMMA)
    assert pooled.shape == (0, 3, *BINS)
    pooled.sum().backward()
    assert not features.grad.any()
    layer = DeformRoIPoolPack((3, 3), 3, deform_fc_channels=8, spatial_scale=SCALE)
    assert layer.double()(features, ROIS).shape == (6, 3, 3, 3)
