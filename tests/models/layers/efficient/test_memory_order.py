# SPDX-License-Identifier: Apache-2.0
import torch

from mmmetaformer.models import PoolFormer
from mmmetaformer.models.layers import reference_kernels
from mmmetaformer.models.layers.efficient import in_fast_order


def test_channels_last_on_cpus_alone():
    x = torch.randn(2, 3, 4, 5)
    found = in_fast_order(x)
    assert torch.equal(found, x)
    assert found.is_contiguous(memory_format=torch.channels_last)
    assert in_fast_order(found) is found
    assert in_fast_order(x.to('meta')).is_contiguous()


def test_maps_of_a_backbone_without_norms_that_order_them():
    arch = dict(depths=(1, 1, 1, 1), dims=(8, 8, 8, 8))
    model = PoolFormer(arch, out_norm='gn')
    image = torch.randn(1, 3, 64, 96)
    for y in model(image):
        assert y.is_contiguous(memory_format=torch.channels_last)
    with reference_kernels():
        assert model(image)[0].is_contiguous()
