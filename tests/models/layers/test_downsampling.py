# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from mmmetaformer.models.layers import NORMS, Downsampling


@pytest.mark.parametrize('pre_norm', [None, 'gn'])
@pytest.mark.parametrize('post_norm', [None, 'gn'])
def test_norm_convolution_norm(pre_norm, post_norm):
    layer = Downsampling(
        3, 8, 5, 4, 1, pre_norm=NORMS.get(pre_norm), post_norm=NORMS.get(post_norm)
    ).double()
    assert layer.conv.weight.std().item() == pytest.approx(0.02, rel=0.15)
    for parameter in layer.parameters():
        nn.init.normal_(parameter)
    x = torch.randn(2, 3, 14, 11, dtype=torch.double)

    def norm(x, module):
        return F.group_norm(x, 1, module.weight, module.bias, 1e-5)

    expected = norm(x, layer.pre_norm) if pre_norm else x
    expected = F.conv2d(expected, layer.conv.weight, layer.conv.bias, 4, 1)
    assert expected.shape == (2, 8, 3, 3)
    expected = norm(expected, layer.post_norm) if post_norm else expected
    torch.testing.assert_close(layer(x), expected)
