# SPDX-License-Identifier: Apache-2.0
"""How deep a parameter of a MetaFormer lies, for learning rates that decay with depth.

Both ways of counting generalize ConvNeXt's (arXiv 2201.03545): for its depths
[3, 3, 9, 3] they give the ids of mmdet's and mmseg's constructor for it.
"""

import math
from collections.abc import Sequence

__all__ = ['layer_depth', 'stage_depth']


def layer_depth(name: str, depths: Sequence[int]) -> tuple[int, int]:
    """Count in units of as many blocks as the first stage has.

    The stem is layer 0, each unit is one layer, a downsampling belongs to the first
    unit behind it, and all behind the last stage (output norms) is the last layer.

    Args:
        name: A parameter's name in the backbone, such as `stages.2.7.mlp.fc1.weight`.
        depths: Blocks of each stage that is built.

    Returns:
        The layer's id, and the number of layers, heads included.
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
    """Count in stages; the stem and all downsampling layers are layer 0.

    What is behind the last stage is as far from it as `layer_depth` says, so that the
    rates of deep models stay low, as ConvNeXt's do.

    Args:
        name: As in `layer_depth`, and so are `depths` and what is returned.
        depths: Blocks of each stage that is built.
    """
    last, num_layers = layer_depth('out_norms', depths)
    part, *rest = name.split('.')
    if part == 'downsample_layers':
        return 0, num_layers
    if part == 'stages':
        return int(rest[0]) + 1, num_layers
    return last, num_layers
