# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn

from mmmetaformer.models.layers import Pointwise


@pytest.mark.parametrize('bias', [True, False])
def test_is_a_linear_map_of_each_position(bias):
    linear = Pointwise(6, 4, bias=bias).double()
    assert isinstance(linear, nn.Linear)
    assert linear.weight.shape == (4, 6)
    x = torch.randn(2, 6, 3, 5, dtype=torch.double)
    expected = nn.functional.linear(x.movedim(1, -1), linear.weight, linear.bias)
    torch.testing.assert_close(linear(x), expected.movedim(-1, 1))
