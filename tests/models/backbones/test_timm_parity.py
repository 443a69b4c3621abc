# SPDX-License-Identifier: Apache-2.0
"""Features equal timm's, with its weights loaded as a user loads them."""

import pytest
import torch
from safetensors.torch import save_file
from timm_twin import build_twin

from mmmetaformer.models import CAFormer, ConvFormer, PoolFormer, PoolFormerV2
from mmmetaformer.weights.layouts import from_layout, to_layout

FAMILIES = (PoolFormer, PoolFormerV2, ConvFormer, CAFormer)
MODELS = [(family, arch) for family in FAMILIES for arch in family.arch_settings]


def load(family, arch, checkpoint):
    """Start a backbone from a file."""
    init_cfg = dict(type='Pretrained', checkpoint=str(checkpoint))
    backbone = family(arch, out_norm=None, init_cfg=init_cfg).eval()
    backbone.init_weights()
    return backbone


@pytest.mark.parametrize(
    ('family', 'arch'), MODELS, ids=lambda v: getattr(v, '__name__', v)
)
def test_features_equal_those_of_timm(family, arch, tmp_path):
    twin = build_twin(f'{family.__name__.lower()}_{arch}')
    theirs = twin.state_dict()
    save_file(theirs, tmp_path / 'timm.safetensors')
    ours, unknown = from_layout(theirs, 'timm')
    assert unknown == []
    sail, _ = to_layout(ours, 'sail')
    torch.save({'state_dict': sail}, tmp_path / 'sail.pth.tar')
    image = torch.randn(1, 3, 64, 96)
    with torch.no_grad():
        expected = twin.forward_intermediates(image, intermediates_only=True)
    for name in ('timm.safetensors', 'sail.pth.tar'):
        backbone = load(family, arch, tmp_path / name)
        with torch.no_grad():
            features = backbone(image)
        for our, their in zip(features, expected, strict=True):
            assert (our - their).norm() / their.norm() < 1e-5


def test_odd_sizes_and_double_precision(tmp_path):
    twin = build_twin('caformer_s18')
    save_file(twin.state_dict(), tmp_path / 'timm.safetensors')
    twin = twin.double()
    backbone = load(CAFormer, 's18', tmp_path / 'timm.safetensors').double()
    image = torch.randn(2, 3, 75, 33, dtype=torch.double)
    with torch.no_grad():
        expected = twin.forward_intermediates(image, intermediates_only=True)
        features = backbone(image)
    for ours, theirs in zip(features, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-11, atol=1e-11)
