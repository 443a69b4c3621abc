# SPDX-License-Identifier: Apache-2.0
"""Feature maps as pictures."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

__all__ = ['mean_picture', 'pca_picture']

EDGES = (1, 99)  # percentiles that become black and white
COLORS = 3


def pca_picture(features: Tensor) -> NDArray[np.float32]:
    """Return the three main directions of a feature map as red, green and blue.

    Args:
        features: (C, H, W).

    Returns:
        (H, W, 3) in [0, 1]. Pixels of similar features have similar colors.
    """
    channels, height, width = features.shape
    points = features.detach().double().reshape(channels, -1).T
    points = points - points.mean(0)
    _, _, directions = torch.linalg.svd(points, full_matrices=False)
    count = min(COLORS, len(directions))
    # A direction and its opposite are the same: the larger values are bright.
    chosen = directions[:count]
    signs = torch.sign(chosen.gather(1, chosen.abs().argmax(1, keepdim=True)))
    projected = points @ (chosen * signs).T
    picture = np.zeros((height * width, COLORS), np.float32)
    picture[:, :count] = projected.cpu().numpy()
    return _stretched(picture).reshape(height, width, COLORS)


def mean_picture(features: Tensor) -> NDArray[np.float32]:
    """Return the mean absolute value over channels, (H, W) in [0, 1]."""
    mean = features.detach().abs().mean(0).float().cpu().numpy()
    return _stretched(mean.reshape(-1, 1)).reshape(mean.shape)


def _stretched(values: NDArray[np.float32]) -> NDArray[np.float32]:
    low, high = np.percentile(values, EDGES, axis=0)
    return np.clip((values - low) / np.maximum(high - low, 1e-12), 0, 1)
