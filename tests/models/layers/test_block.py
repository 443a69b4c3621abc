# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn

from mmmetaformer.models.layers import NORMS, DropPath, MetaFormerBlock


def block(**options):
    mixer = nn.Conv2d(6, 6, 3, padding=1)
    return MetaFormerBlock(6, mixer, NORMS['gn'], nn.GELU, **options)


@pytest.mark.parametrize('layer_scale', [None, 0.5])
@pytest.mark.parametrize('res_scale', [None, 2.0])
def test_the_equation(layer_scale, res_scale):
    net = block(layer_scale=layer_scale, res_scale=res_scale, drop_path=0.9)
    net = net.double().eval()
    for name, parameter in net.named_parameters():
        if '_scale' in name:
            start = layer_scale if 'layer' in name else res_scale
            assert parameter.tolist() == [start] * 6
        nn.init.normal_(parameter)

    def times(name, y):
        factors = getattr(getattr(net, name), 'scale', None)
        return y if factors is None else factors[:, None, None] * y

    x = torch.randn(2, 6, 4, 5, dtype=torch.double)
    mixed = net.token_mixer(net.norm1(x))
    y = times('res_scale1', x) + times('layer_scale1', mixed)
    expected = times('res_scale2', y) + times('layer_scale2', net.mlp(net.norm2(y)))
    torch.testing.assert_close(net(x), expected)
    number = 2 * (layer_scale is not None) + 2 * (res_scale is not None)
    assert sum('_scale' in name for name, _ in net.named_parameters()) == number


@pytest.mark.parametrize(
    ('options', 'has_bias'), [({}, False), (dict(mlp_bias=True), True)]
)
def test_biases_of_the_mlp(options, has_bias):
    assert (block(**options).mlp.fc1.bias is not None) is has_bias


def test_an_image_skips_one_branch_or_the_other():
    net = block(drop_path=0.5, layer_scale=1.0, res_scale=1.0)
    assert isinstance(net.drop_path1, DropPath)
    x = torch.randn(1, 6, 4, 5).expand(64, -1, -1, -1)
    outputs = net(x).detach().unique(dim=0)
    assert len(outputs) == 4  # neither, the first, the second, both
    assert any(torch.equal(output, x[0]) for output in outputs)
    assert not any(isinstance(m, DropPath) for m in block(drop_path=0.0).modules())
