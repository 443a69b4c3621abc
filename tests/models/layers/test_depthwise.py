# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from ways import both_ways, errors

from mmmetaformer.models.layers import Depthwise
from mmmetaformer.models.layers.depthwise import SMALL, _SmallDepthwise


@pytest.mark.parametrize('size', [(16, 16), (7, 9), (1, 1), (17, 17)])
@pytest.mark.parametrize(
    'memory_format', [torch.contiguous_format, torch.channels_last]
)
def test_values_and_gradients(size, memory_format):
    layer = Depthwise(8, 7)
    x = torch.randn(2, 8, *size).contiguous(memory_format=memory_format)

    def forward(x, weight):
        return torch.func.functional_call(layer, {'weight': weight}, x)

    fast, plain = both_ways(forward, x, layer.weight)
    assert max(errors(fast, plain)) < 1e-5
    layer.double()
    exact = both_ways(forward, x.double(), layer.weight)
    assert max(errors(*exact)) < 1e-12


def test_gradcheck():
    x = torch.randn(2, 3, 4, 5, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(3, 1, 5, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(_SmallDepthwise.apply, (x, weight))


@pytest.mark.parametrize(('side', 'is_small'), [(16, True), (17, False)])
def test_small_maps_take_the_fast_way(side, is_small):
    assert SMALL == 16 * 16
    x = torch.randn(1, 8, side, side, requires_grad=True)
    assert ('Small' in Depthwise(8, 7)(x).grad_fn.name()) == is_small
