# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn

from mmmetaformer.models.layers import init_weights


@pytest.mark.parametrize(
    'layer', [nn.Linear(64, 64), nn.Conv2d(64, 64, 1), nn.Conv2d(64, 64, 1, bias=False)]
)
def test_convolutions_and_linear_maps(layer):
    layer.apply(init_weights)
    assert layer.weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert layer.weight.mean().item() == pytest.approx(0, abs=0.002)
    assert layer.bias is None or not layer.bias.any()


def test_all_others_stay():
    for layer in (nn.BatchNorm2d(4), nn.Embedding(5, 4)):
        before = {key: value.clone() for key, value in layer.state_dict().items()}
        layer.apply(init_weights)
        assert all(torch.equal(v, before[k]) for k, v in layer.state_dict().items())
