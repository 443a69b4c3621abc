# SPDX-License-Identifier: Apache-2.0
"""Against resizing and convolution, in double precision."""

import pytest
import torch
import torch.nn.functional as F
from ways import errors, run

from mmmetaformer.models.layers.efficient import saves_time, upsampled_conv2d

SIZES = [  # of the small map, of the large one
    ((5, 7), (10, 14)),
    ((3, 2), (23, 17)),
    ((1, 1), (4, 3)),
    ((6, 6), (6, 6)),
    ((8, 9), (5, 4)),
]


@pytest.mark.parametrize(('small', 'large'), SIZES)
@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('kernel', [1, 3, 5])
@pytest.mark.parametrize(
    'memory_format', [torch.contiguous_format, torch.channels_last]
)
def test_values_and_gradients(small, large, align_corners, kernel, memory_format):
    x = torch.randn(2, 4, *small, dtype=torch.float64)
    weight = torch.randn(3, 4, kernel, kernel, dtype=torch.float64)

    def ours(x, weight):
        x = x.contiguous(memory_format=memory_format)
        return upsampled_conv2d(x, weight, large, align_corners)

    def plain(x, weight):
        x = F.interpolate(x, large, mode='bilinear', align_corners=align_corners)
        return F.conv2d(x, weight, padding=kernel // 2)

    assert max(errors(run(ours, x, weight), run(plain, x, weight))) < 1e-13


def test_saves_time():
    weight = torch.empty(512, 512, 3, 3)
    assert saves_time(torch.empty(2, 512, 64, 64), weight, (128, 128))
    assert not saves_time(torch.empty(2, 512, 100, 100), weight, (128, 128))
    # The products with matrices of rows and columns grow faster than the image.
    assert not saves_time(torch.empty(2, 512, 1024, 1024), weight, (2048, 2048))
