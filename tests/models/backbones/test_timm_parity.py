# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from timm_twin import build_twin, carry_over

from mmmetaformer.models import CAFormer, ConvFormer, PoolFormer, PoolFormerV2

FAMILIES = (PoolFormer, PoolFormerV2, ConvFormer, CAFormer)
MODELS = [(family, arch) for family in FAMILIES for arch in family.arch_settings]


@pytest.mark.parametrize(
    ('family', 'arch'), MODELS, ids=lambda v: getattr(v, '__name__', v)
)
def test_features_equal_those_of_timm(family, arch):
    twin = build_twin(f'{family.__name__.lower()}_{arch}')
    backbone = family(arch, out_norm=None).eval()
    carry_over(twin, backbone)
    image = torch.randn(1, 3, 64, 96)
    with torch.no_grad():
        expected = twin.forward_intermediates(image, intermediates_only=True)
        features = backbone(image)
    for ours, theirs in zip(features, expected, strict=True):
        assert (ours - theirs).norm() / theirs.norm() < 1e-5


def test_odd_sizes_and_double_precision():
    twin = build_twin('caformer_s18').double()
    backbone = CAFormer('s18', out_norm=None).eval().double()
    carry_over(twin, backbone)
    image = torch.randn(2, 3, 75, 33, dtype=torch.double)
    with torch.no_grad():
        expected = twin.forward_intermediates(image, intermediates_only=True)
        features = backbone(image)
    for ours, theirs in zip(features, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-11, atol=1e-11)
