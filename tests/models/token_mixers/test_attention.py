# SPDX-License-Identifier: Apache-2.0
import pytest
import torch

from mmmetaformer.errors import ConfigError
from mmmetaformer.models.token_mixers import Attention


def reference(mixer, x):
    """Softmax attention over rows of tokens, head by head."""
    batch, dim, height, width = x.shape
    tokens = x.flatten(2).transpose(1, 2)
    query, key, value = (tokens @ mixer.qkv.weight.T).split(dim, 2)
    heads = []
    for start in range(0, dim, mixer.head_dim):
        own = slice(start, start + mixer.head_dim)
        pairs = query[..., own] @ key[..., own].transpose(1, 2)
        weights = (pairs / mixer.head_dim**0.5).softmax(2)
        heads.append(weights @ value[..., own])
    out = torch.cat(heads, 2) @ mixer.proj.weight.T
    return out.transpose(1, 2).reshape(batch, dim, height, width)


@pytest.mark.parametrize('head_dim', [8, 16, 48])
@pytest.mark.parametrize('size', [(5, 7), (1, 1), (8, 8)])
def test_is_softmax_attention(head_dim, size):
    mixer = Attention(48, head_dim).double()
    torch.nn.init.normal_(mixer.qkv.weight)
    x = torch.randn(2, 48, *size, dtype=torch.double)
    torch.testing.assert_close(mixer(x), reference(mixer, x))


def test_parameters():
    mixer = Attention(64)
    assert mixer.head_dim == 32
    shapes = {name: tuple(p.shape) for name, p in mixer.named_parameters()}
    assert shapes == {'qkv.weight': (192, 64), 'proj.weight': (64, 64)}
    assert mixer.qkv.weight.std().item() == pytest.approx(0.02, rel=0.05)


def test_heads_must_fill_the_channels():
    with pytest.raises(ConfigError, match='multiple of head_dim=32, got dim=48'):
        Attention(48)
