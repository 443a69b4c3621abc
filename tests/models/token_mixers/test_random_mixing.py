# SPDX-License-Identifier: Apache-2.0
import pytest
import torch

from mmmetaformer.models.token_mixers import RandomMixing

GRID = (3, 4)


@pytest.fixture
def mixer():
    return RandomMixing(2, GRID).double()


def random_map(*size):
    return torch.randn(2, 2, *size, dtype=torch.double)


def on_grid(mixer, x):
    """Each position of the grid as a weighted mean of all, one by one."""
    out = torch.empty_like(x)
    for m in range(GRID[0] * GRID[1]):
        weights = mixer.random_matrix[m].view(GRID)
        out[:, :, m // GRID[1], m % GRID[1]] = (x * weights).sum((2, 3))
    return out


def pooled(x):
    """Means of equal rectangles."""
    height, width = (side // n for side, n in zip(x.shape[2:], GRID, strict=True))
    return x.unflatten(3, (-1, width)).unflatten(2, (-1, height)).mean((3, 5))


def positions(n, side):
    """Row above, row below and weight of the latter, for each row of a larger map."""
    # A row's centre is at the same fraction of both maps; outside, the edge repeats.
    where = ((torch.arange(side) + 0.5) * n / side - 0.5).clamp(0, n - 1).double()
    above = where.floor().long()
    return above, (above + 1).clamp(max=n - 1), where - above


def resized(x, size):
    """Bilinear interpolation between the centres of the cells."""
    above, below, weight = positions(x.shape[2], size[0])
    x = torch.lerp(x[:, :, above], x[:, :, below], weight[:, None])
    left, right, weight = positions(x.shape[3], size[1])
    return torch.lerp(x[..., left], x[..., right], weight)


def test_on_the_grid_itself(mixer):
    x = random_map(*GRID)
    torch.testing.assert_close(mixer(x), on_grid(mixer, x))


@pytest.mark.parametrize('size', [(6, 8), (9, 4), (3, 12), (15, 20)])
def test_other_sizes_are_pooled_mixed_and_resized(mixer, size):
    x = random_map(*size)
    expected = resized(on_grid(mixer, pooled(x)), size)
    torch.testing.assert_close(mixer(x), expected)


@pytest.mark.parametrize('size', [(1, 1), (2, 7), (5, 3), (13, 11)])
def test_any_size_gives_a_mean_over_the_image(mixer, size):
    x = torch.ones(2, 2, *size, dtype=torch.double)
    torch.testing.assert_close(mixer(x), x)


def test_the_matrix():
    mixer = RandomMixing(8)
    assert mixer.grid == (14, 14)
    matrix = mixer.random_matrix
    assert matrix.shape == (196, 196)
    torch.testing.assert_close(matrix.sum(1), torch.ones(196))
    assert not matrix.requires_grad
    assert matrix.unique().numel() > 196
    assert list(mixer.state_dict()) == ['random_matrix']
