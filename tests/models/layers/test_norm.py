# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn

from mmmetaformer.models.layers import NORMS

# name: (dimensions of the statistics, eps, bias, torch's class)
EXPECTED = {
    'ln': ((1,), 1e-6, True, nn.LayerNorm),
    'ln_no_bias': ((1,), 1e-6, False, nn.LayerNorm),
    'gn': ((1, 2, 3), 1e-5, True, nn.GroupNorm),
    'gn_no_bias': ((1, 2, 3), 1e-6, False, nn.GroupNorm),
}


@pytest.mark.parametrize('name', EXPECTED)
def test_norm(name):
    dims, eps, has_bias, kind = EXPECTED[name]
    norm = NORMS[name](6).double()
    assert isinstance(norm, kind)
    parameters = dict(norm.named_parameters())
    assert set(parameters) == ({'weight', 'bias'} if has_bias else {'weight'})
    for parameter in parameters.values():
        nn.init.normal_(parameter)
    # Of so small a variance that eps counts.
    x = 1e-3 * torch.randn(2, 6, 5, 7, dtype=torch.double)
    centered = x - x.mean(dims, keepdim=True)
    variance = centered.square().mean(dims, keepdim=True)
    expected = centered / (variance + eps).sqrt() * norm.weight[:, None, None]
    if has_bias:
        expected = expected + norm.bias[:, None, None]
    torch.testing.assert_close(norm(x), expected)


def test_every_norm_is_here():
    assert set(NORMS) == set(EXPECTED)
