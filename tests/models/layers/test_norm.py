# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn

from mmmetaformer.models.layers import NORMS


@pytest.mark.parametrize(
    ('name', 'kind', 'dims', 'eps'),
    [
        ('ln', nn.LayerNorm, 1, 1e-6),
        ('ln_no_bias', nn.LayerNorm, 1, 1e-6),
        ('gn', nn.GroupNorm, (1, 2, 3), 1e-5),
        ('gn_no_bias', nn.GroupNorm, (1, 2, 3), 1e-6),
    ],
)
def test_the_equation(name, kind, dims, eps):
    norm = NORMS[name](6).double()
    assert isinstance(norm, kind)  # for rules such as mmengine's `norm_decay_mult`
    start = {key: value.unique().tolist() for key, value in norm.state_dict().items()}
    names = {'weight': [1.0]} if 'no_bias' in name else {'weight': [1.0], 'bias': [0.0]}
    assert start == names
    for parameter in norm.parameters():
        nn.init.normal_(parameter)
    x = 1e-3 * torch.randn(2, 6, 3, 5, dtype=torch.double)  # so small that eps counts
    centered = x - x.mean(dims, keepdim=True)
    variance = centered.square().mean(dims, keepdim=True)
    expected = centered / (variance + eps).sqrt() * norm.weight[:, None, None]
    if norm.bias is not None:
        expected = expected + norm.bias[:, None, None]
    torch.testing.assert_close(norm(x), expected)
