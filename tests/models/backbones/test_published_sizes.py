# SPDX-License-Identifier: Apache-2.0
"""Parameters and MACs at 224 pixels against the published tables.

Sources: README of https://github.com/sail-sg/metaformer and of
https://github.com/sail-sg/poolformer. They count the classifier too.
"""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from mmmetaformer import models
from mmmetaformer.models.layers import GroupNorm1, LayerNorm2d

# family: {arch: (parameters in M, MACs in G)}, as printed.
PUBLISHED = {
    'CAFormer': {
        's18': ('26', '4.1'),
        's36': ('39', '8.0'),
        'm36': ('56', '13.2'),
        'b36': ('99', '23.2'),
    },
    'ConvFormer': {
        's18': ('27', '3.9'),
        's36': ('40', '7.6'),
        'm36': ('57', '12.8'),
        'b36': ('100', '22.6'),
    },
    'IdentityFormer': {
        's12': ('11.9', '1.8'),
        's24': ('21.3', '3.4'),
        's36': ('30.8', '5.0'),
        'm36': ('56.1', '8.8'),
        'm48': ('73.3', '11.5'),
    },
    'RandFormer': {
        's12': ('11.9', '1.9'),
        's24': ('21.3', '3.5'),
        's36': ('30.8', '5.2'),
        'm36': ('56.1', '9.0'),
        'm48': ('73.3', '11.9'),
    },
    'PoolFormerV2': {
        's12': ('11.9', '1.8'),
        's24': ('21.3', '3.4'),
        's36': ('30.8', '5.0'),
        'm36': ('56.1', '8.8'),
        'm48': ('73.3', '11.5'),
    },
    'PoolFormer': {
        's12': ('12', '1.8'),
        's24': ('21', '3.4'),
        's36': ('31', '5.0'),
        'm36': ('56', '8.8'),
        'm48': ('73', '11.6'),
    },
}
# RandFormer's matrices are not trained and counted apart, in M.
FROZEN = {'s12': '0.2', 's24': '0.5', 's36': '0.7', 'm36': '0.7', 'm48': '0.9'}
# The older project's figures are reproduced, all five, if normalization counts as 5
# operations an element, as fvcore counts it; the later one's count products only.
NORM_OPERATIONS = {'PoolFormer': 5}
CLASSES = 1000
ALL = [(family, arch) for family, sizes in PUBLISHED.items() for arch in sizes]


def linear(inputs, outputs):
    return inputs * outputs + outputs


def head_parameters(family, dim):
    """Final norm and classifier: an MLP with a norm in ConvFormer and CAFormer."""
    final_norm = 2 * dim
    if family in ('ConvFormer', 'CAFormer'):
        hidden = 4 * dim
        return final_norm + linear(dim, hidden) + 2 * hidden + linear(hidden, CLASSES)
    return final_norm + linear(dim, CLASSES)


def as_printed(count, unit, published):
    return f'{count / unit:.{len(published.partition(".")[2])}f}'


def build(family, arch):
    with torch.device('meta'):
        return getattr(models, family)(arch, out_norm=None)


def test_every_size_is_here():
    for family, sizes in PUBLISHED.items():
        assert set(sizes) == set(getattr(models, family).arch_settings)


@pytest.mark.parametrize(('family', 'arch'), ALL)
def test_parameters(family, arch):
    backbone = build(family, arch)
    trained = sum(p.numel() for p in backbone.parameters() if p.requires_grad)
    total = trained + head_parameters(family, backbone.out_channels[-1])
    published = PUBLISHED[family][arch][0]
    assert as_printed(total, 1e6, published) == published
    frozen = sum(p.numel() for p in backbone.parameters() if not p.requires_grad)
    if family == 'RandFormer':
        assert as_printed(frozen, 1e6, FROZEN[arch]) == FROZEN[arch]
    else:
        assert frozen == 0


@pytest.mark.parametrize(('family', 'arch'), ALL)
def test_macs(family, arch):
    backbone = build(family, arch)
    normalized = []
    for module in backbone.modules():
        if isinstance(module, (LayerNorm2d, GroupNorm1)):
            module.register_forward_hook(lambda _, __, y: normalized.append(y.numel()))
    counter = FlopCounterMode(display=False)
    with counter:
        backbone(torch.empty(1, 3, 224, 224, device='meta'))
    published = PUBLISHED[family][arch][1]
    macs = counter.get_total_flops() / 2
    macs += head_parameters(family, backbone.out_channels[-1])
    assert sum(normalized) > 0
    macs += NORM_OPERATIONS.get(family, 0) * sum(normalized)
    assert as_printed(macs, 1e9, published) == published
