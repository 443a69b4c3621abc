# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from mmmetaformer.models.layers import Pointwise
from mmmetaformer.models.layers.efficient import is_cheap


@pytest.mark.parametrize('bias', [True, False])
def test_is_a_linear_map_of_each_position(bias):
    linear = Pointwise(6, 4, bias=bias).double()
    assert isinstance(linear, nn.Linear)
    assert linear.weight.shape == (4, 6)
    x = torch.randn(2, 6, 3, 5, dtype=torch.double)
    expected = nn.functional.linear(x.movedim(1, -1), linear.weight, linear.bias)
    torch.testing.assert_close(linear(x), expected.movedim(-1, 1))


def test_maps_of_few_channels_are_cheap():
    assert is_cheap(Pointwise(96, 384))
    assert not is_cheap(Pointwise(128, 8))


class WithDropout(Pointwise):
    def forward(self, x):
        return nn.functional.dropout(super().forward(x))


def hooked(linear):
    linear.register_forward_hook(lambda *_: None)
    return linear


@pytest.mark.parametrize(
    'changed',
    [
        weight_norm(Pointwise(6, 4)),
        WithDropout(6, 4),
        hooked(Pointwise(6, 4)),
    ],
    ids=['parametrized', 'subclass', 'hook'],
)
def test_what_users_put_in_its_place_is_not(changed):
    assert not is_cheap(changed)
