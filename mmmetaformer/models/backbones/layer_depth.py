# SPDX-License-Identifier: Apache-2.0
"""The depth of a parameter in a MetaFormer, for learning rates that decay with depth.

Both ways of counting generalize ConvNeXt's (arXiv 2201.03545): for its depths
[3, 3, 9, 3] they return the ids of mmdet's and mmseg's constructor for ConvNeXt.
"""

import math
from collections.abc import Sequence

__all__ = ['layer_depth', 'stage_depth']


def layer_depth(name: str, depths: Sequence[int]) -> tuple[int, int]:
    """Return the layer of a parameter; a layer has as many blocks as the first stage.

    The stem is layer 0. A downsampling layer belongs to the first layer of its stage.
    Everything behind the last stage (output norms) is the last layer.

    Args:
        name: A parameter's name in the backbone, such as `stages.2.7.mlp.fc1.weight`.
        depths: Number of blocks of each stage that is built.

    Returns:
        The layer, and the number of layers including the heads.
    """
    units = [math.ceil(depth / depths[0]) for depth in depths]
    num_layers = 1 + sum(units) + 1
    part, *rest = name.split('.')
    if part == 'downsample_layers':
        stage = int(rest[0])
        return (1 + sum(units[:stage]) if stage else 0), num_layers
    if part == 'stages':
        stage, block = int(rest[0]), int(rest[1])
        return 1 + sum(units[:stage]) + block // depths[0], num_layers
    return num_layers - 1, num_layers


def stage_depth(name: str, depths: Sequence[int]) -> tuple[int, int]:
    """Return the layer of a parameter; a layer is a stage.

    The stem and all downsampling layers are layer 0. The number of layers is that of
    `layer_depth`, so that the rates of deep models stay low, as in ConvNeXt.

    Args:
        name: As in `layer_depth`.
        depths: As in `layer_depth`.

    Returns:
        As `layer_depth`.
    """
    last, num_layers = layer_depth('out_norms', depths)
    part, *rest = name.split('.')
    if part == 'downsample_layers':
        return 0, num_layers
    if part == 'stages':
        return int(rest[0]) + 1, num_layers
    return last, num_layers
