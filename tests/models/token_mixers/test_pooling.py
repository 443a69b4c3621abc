# SPDX-License-Identifier: Apache-2.0
import pytest
import torch

from mmmetaformer.errors import ConfigError
from mmmetaformer.models.token_mixers import Pooling


def reference(x, side):
    """Mean of the neighbours inside the map, position by position, minus x."""
    half = side // 2
    out = torch.empty_like(x)
    for i in range(x.shape[2]):
        for j in range(x.shape[3]):
            rows, columns = (slice(max(k - half, 0), k + half + 1) for k in (i, j))
            out[:, :, i, j] = x[:, :, rows, columns].mean((2, 3)) - x[:, :, i, j]
    return out


@pytest.mark.parametrize('pool_size', [1, 3, 5])
@pytest.mark.parametrize('size', [(5, 7), (1, 1), (2, 6)])
def test_mean_of_the_neighbours_minus_the_position(pool_size, size):
    x = torch.randn(2, 4, *size, dtype=torch.double)
    torch.testing.assert_close(Pooling(4, pool_size)(x), reference(x, pool_size))


def test_published_size():
    x = torch.randn(1, 4, 5, 7, dtype=torch.double)
    torch.testing.assert_close(Pooling(4)(x), reference(x, 3))


@pytest.mark.parametrize('pool_size', [0, 2, 4])
def test_an_even_side_has_no_centre(pool_size):
    with pytest.raises(ConfigError, match=f'must be odd, got {pool_size}'):
        Pooling(4, pool_size)
