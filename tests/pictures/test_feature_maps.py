# SPDX-License-Identifier: Apache-2.0
"""Feature maps as pictures."""

import numpy as np
import pytest
import torch

from mmmetaformer.pictures.feature_maps import mean_picture, pca_picture


def test_main_directions_separate_two_halves():
    features = torch.randn(16, 8, 8) * 0.01
    features[3, :, 4:] += 5
    picture = pca_picture(features)
    assert picture.shape == (8, 8, 3)
    left, right = picture[:, :4, 0], picture[:, 4:, 0]
    assert abs(left.mean() - right.mean()) > 0.9
    assert left.std() < 0.1
    assert right.mean() > left.mean()


@pytest.mark.parametrize('channels', [1, 2, 40])
def test_any_number_of_channels_and_one_pixel(channels):
    assert pca_picture(torch.randn(channels, 5, 6)).shape == (5, 6, 3)
    assert np.isfinite(pca_picture(torch.randn(channels, 1, 1))).all()


def test_the_mean_is_that_of_absolute_values():
    features = torch.zeros(4, 2, 2)
    features[0, 0, 0], features[1, 0, 0] = 2.0, -2.0
    assert mean_picture(features).argmax() == 0
    assert mean_picture(features).shape == (2, 2)
