# SPDX-License-Identifier: Apache-2.0
"""timm's model of the same name, and its weights under our names."""

import re

import timm
import torch

RENAMES = (
    (r'^stem\.conv', 'downsample_layers.0.conv'),
    (r'^stem\.norm', 'downsample_layers.0.post_norm'),
    (r'^stages\.(\d)\.downsample\.norm', r'downsample_layers.\1.pre_norm'),
    (r'^stages\.(\d)\.downsample\.conv', r'downsample_layers.\1.conv'),
    (r'^stages\.(\d)\.blocks\.', r'stages.\1.'),
)


def build_twin(name):
    """timm's model, every parameter random, norms and scales included."""
    twin = timm.create_model(name, num_classes=0).eval()
    for parameter in twin.parameters():
        if parameter.ndim == 1:
            torch.nn.init.uniform_(parameter, 0.5, 1.5)
        else:
            torch.nn.init.normal_(parameter, std=0.05)
    return twin


def carry_over(twin, backbone):
    """Load timm's weights into ours; every name has to match."""
    own = backbone.state_dict()
    carried = {}
    for key, value in twin.state_dict().items():
        if key.startswith('head.'):
            continue
        for pattern, replacement in RENAMES:
            key = re.sub(pattern, replacement, key)
        carried[key] = value.reshape(own[key].shape)
    backbone.load_state_dict(carried)
