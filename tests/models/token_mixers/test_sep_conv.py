# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn

from mmmetaformer.errors import ConfigError
from mmmetaformer.models.token_mixers import SepConv


def reference(mixer, x):
    """The same in torch's modules."""
    hidden = mixer.pwconv1.out_features
    side = mixer.dwconv.kernel_size[0]
    first = nn.Conv2d(x.shape[1], hidden, 1, bias=False)
    depthwise = nn.Conv2d(
        hidden, hidden, side, padding=side // 2, groups=hidden, bias=False
    )
    last = nn.Conv2d(hidden, x.shape[1], 1, bias=False)
    first.weight = nn.Parameter(mixer.pwconv1.weight[..., None, None])
    depthwise.weight = mixer.dwconv.weight
    last.weight = nn.Parameter(mixer.pwconv2.weight[..., None, None])
    hidden = first(x)
    if isinstance(mixer.act1, nn.GELU):
        return last(depthwise(nn.functional.gelu(hidden)))
    scale, bias = mixer.act1.scale, mixer.act1.bias
    return last(depthwise(scale * hidden.clamp(min=0) ** 2 + bias))


@pytest.mark.parametrize(
    'options',
    [{}, dict(expansion_ratio=3, kernel_size=3), dict(act='gelu'), dict(kernel_size=1)],
)
@pytest.mark.parametrize('size', [(9, 7), (1, 1)])
def test_is_an_inverted_separable_convolution(options, size):
    mixer = SepConv(6, **options).double()
    for parameter in mixer.parameters():
        nn.init.normal_(parameter)
    x = torch.randn(2, 6, *size, dtype=torch.double)
    torch.testing.assert_close(mixer(x), reference(mixer, x))


def test_published_sizes():
    shapes = {name: tuple(p.shape) for name, p in SepConv(6).named_parameters()}
    assert shapes == {
        'pwconv1.weight': (12, 6),
        'act1.scale': (1,),
        'act1.bias': (1,),
        'dwconv.weight': (12, 1, 7, 7),
        'pwconv2.weight': (6, 12),
    }


@pytest.mark.parametrize('kernel_size', [0, 2, 6])
def test_an_even_kernel_is_refused(kernel_size):
    with pytest.raises(ConfigError, match=f'must be odd, got {kernel_size}'):
        SepConv(6, kernel_size=kernel_size)


def test_an_unknown_activation_is_refused():
    with pytest.raises(ConfigError, match="unknown act 'swish'.*star_relu"):
        SepConv(6, act='swish')
