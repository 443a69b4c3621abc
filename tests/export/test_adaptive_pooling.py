# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mmmetaformer.export.adaptive_pooling import AdaptiveAvgPool2d, window_weights
from mmmetaformer.export.rewrite import rewrite
from mmmetaformer.models.token_mixers import RandomMixing


@pytest.mark.parametrize('output', [(1, 1), (2, 2), (3, 3), (6, 6), (14, 14), (5, 9)])
def test_equals_torch_at_every_size(output):
    pool = AdaptiveAvgPool2d(output)
    sizes = [(h, h % 7 + 1 + h // 2) for h in range(1, 45)]
    for size in sizes:
        x = torch.randn(2, 3, *size, dtype=torch.float64)
        torch.testing.assert_close(pool(x), F.adaptive_avg_pool2d(x, output))


def test_windows_that_overlap():
    expected = torch.tensor([[1, 1, 1, 0, 0], [0, 0, 1, 1, 1]]) / 3
    assert torch.equal(window_weights(5, 2, torch.empty(0)), expected)


@pytest.mark.parametrize('size', [(14, 14), (7, 7), (9, 30), (32, 17)])
def test_random_mixing_without_the_branch(size):
    mixer = RandomMixing(4)
    x = torch.randn(2, 4, *size)
    expected = mixer(x)
    model = rewrite(nn.Sequential(mixer))
    assert type(model[0]) is not RandomMixing
    torch.testing.assert_close(model(x), expected)


def test_pooling_of_one_axis_stays():
    pool = nn.AdaptiveAvgPool2d((None, 3))
    assert rewrite(nn.Sequential(pool))[0] is pool
