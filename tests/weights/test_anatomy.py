# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from tiny_backbone import ARCH, build

from mmmetaformer import models
from mmmetaformer.weights.anatomy import Anatomy, anatomy, differences

FAMILIES = {
    'IdentityFormer': 'IdentityFormer or PoolFormerV2',
    'RandFormer': 'RandFormer',
    'PoolFormer': 'PoolFormer',
    'PoolFormerV2': 'IdentityFormer or PoolFormerV2',
    'ConvFormer': 'ConvFormer',
    'CAFormer': 'CAFormer',
}


@pytest.mark.parametrize('family', FAMILIES)
def test_family_depths_and_dims(family):
    found = anatomy(build(family).state_dict())
    assert found.family == FAMILIES[family]
    assert found.depths == ARCH['depths']
    assert found.dims == ARCH['dims']


def test_custom_metaformer():
    mixers = ('attention', 'sep_conv', 'sep_conv', 'pooling')
    found = anatomy(models.MetaFormer(ARCH, mixers).state_dict())
    assert found.family == 'custom MetaFormer'
    assert found.mixers == (*mixers[:3], 'identity or pooling')


def test_other_networks_have_none():
    assert anatomy({'conv1.weight': torch.ones(1)}) is None


def test_differences_compare_only_the_stages_of_both():
    file = Anatomy('CAFormer', (1, 2, 3, 4), (8, 8, 8, 8), ('sep_conv',) * 4)
    model = Anatomy('custom MetaFormer', (1, 2), (8, 9), ('sep_conv',) * 2)
    assert differences(file, model) == ['dims 8 8 in the file, 8 9 in the model']
