# SPDX-License-Identifier: Apache-2.0
"""The effective receptive field of modules where it is known."""

import numpy as np
import pytest
import torch
from torch import nn

from mmmetaformer.pictures.receptive_field import receptive_field, share_of_area


def images(number=2, size=32):
    return [torch.randn(1, 3, size, size) for _ in range(number)]


def test_a_convolution_sees_its_kernel():
    field = receptive_field(nn.Conv2d(3, 8, 5, padding=2), images())
    rows, columns = np.nonzero(field)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (14, 18, 14, 18)
    assert field.sum() == pytest.approx(1)


def test_global_pooling_sees_all_alike():
    class Mean(nn.Module):
        def forward(self, x):
            return (x.mean((2, 3), keepdim=True).expand_as(x) * 3,)

    field = receptive_field(Mean(), images())
    assert np.allclose(field, 1 / 32**2)
    assert share_of_area(field, 0.25) == pytest.approx(0.25, abs=0.05)


def test_a_layer_norm_at_the_end_does_not_hide_it():
    """The sum over the channels of a layer norm is constant: its gradient is 0."""

    class Normed(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 16, 3, padding=1)

        def forward(self, x):
            y = self.conv(x).permute(0, 2, 3, 1)
            return nn.functional.layer_norm(y, (16,)).permute(0, 3, 1, 2)

    field = receptive_field(Normed(), images())
    assert np.count_nonzero(field) == 9
    plain = Normed()
    inputs = images(1)[0].requires_grad_()
    (gradient,) = torch.autograd.grad(plain(inputs)[0, :, 16, 16].sum(), inputs)
    assert gradient.abs().max() < 1e-4


def test_share_of_area():
    field = np.zeros((32, 32))
    field[15:17, 15:17] = 0.25
    assert share_of_area(field, 0.5) == pytest.approx((2 / 32) ** 2)
    field = np.zeros((32, 32))
    field[0, 0] = 1
    assert share_of_area(field, 0.5) == pytest.approx(1)
