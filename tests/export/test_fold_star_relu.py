# SPDX-License-Identifier: Apache-2.0
import copy

import pytest
import torch
from torch import nn

from mmmetaformer.export.star_relu import SquaredReLU, fold_star_relu
from mmmetaformer.models.layers import Mlp, StarReLU
from mmmetaformer.models.token_mixers import SepConv


def trained(module):
    """Give every parameter, the scalars too, a value of its own."""
    for parameter in module.parameters():
        nn.init.normal_(parameter, mean=0.3)
    return module.double().eval()


@pytest.mark.parametrize(
    'module', [Mlp(4, StarReLU), Mlp(4, StarReLU, bias=True), SepConv(4)]
)
def test_the_function_is_the_same(module):
    module = trained(module)
    x = torch.randn(2, 4, 9, 7, dtype=torch.float64)
    with torch.no_grad():
        expected = module(x)
        folded = copy.deepcopy(module)
        assert fold_star_relu(folded) == 1
        assert any(isinstance(one, SquaredReLU) for one in folded.modules())
        assert not any(isinstance(one, StarReLU) for one in folded.modules())
        torch.testing.assert_close(folded(x), expected)


def test_a_scale_of_zero_stays():
    module = SepConv(4)
    nn.init.zeros_(module.act1.scale)
    assert fold_star_relu(module) == 0


def test_other_activations_stay():
    module = Mlp(4, nn.GELU)
    assert fold_star_relu(module) == 0
    assert isinstance(module.act, nn.GELU)
