# SPDX-License-Identifier: Apache-2.0
"""Build a tiny backbone and weights for it."""

import torch

from mmmetaformer import models

ARCH = dict(depths=(1, 1, 2, 1), dims=(32, 32, 64, 64))


def build(family='CAFormer', **arguments):
    return getattr(models, family)(ARCH, **arguments)


def source(family='CAFormer', **arguments):
    """Return weights as published: without output norms, with a classifier."""
    state = build(family, out_norm=None, **arguments).state_dict()
    weights = {key: torch.rand_like(value) for key, value in state.items()}
    return {**weights, 'norm.weight': torch.rand(64), 'head.weight': torch.rand(9, 64)}


def renamed(weights):
    weights['stages.1.0.norm9.weight'] = weights.pop('stages.1.0.norm1.weight')
    return weights
