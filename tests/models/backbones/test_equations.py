# SPDX-License-Identifier: Apache-2.0
"""IdentityFormer and RandFormer against the equations of arXiv 2210.13452.

No library has these two, so the reference below is written from the paper, in plain
tensor algebra over (N, H, W, C) and in double precision.
"""

import pytest
import torch
import torch.nn.functional as F

from mmmetaformer.models import IdentityFormer, RandFormer


def norm_over(x, weight, dims):
    """Normalize over `dims`, scale by channel, no bias."""
    centered = x - x.mean(dims, keepdim=True)
    variance = centered.square().mean(dims, keepdim=True)
    return centered / (variance + 1e-6).sqrt() * weight


def convolve(x, weights, name, stride, padding):
    x = F.conv2d(
        x.permute(0, 3, 1, 2),
        weights[f'{name}.conv.weight'],
        weights[f'{name}.conv.bias'],
        stride,
        padding,
    )
    return x.permute(0, 2, 3, 1)


def mix(x, weights, name):
    matrix = weights.get(f'{name}.token_mixer.random_matrix')
    if matrix is None:
        return x
    batch, height, width, channels = x.shape
    tokens = x.reshape(batch, height * width, channels)
    mixed = torch.einsum('mn,bnc->bmc', matrix, tokens)
    return mixed.reshape(batch, height, width, channels)


def mlp(x, weights, name):
    hidden = x @ weights[f'{name}.fc1.weight'].T
    hidden = (
        weights[f'{name}.act.scale'] * hidden.clamp(min=0) ** 2
        + weights[f'{name}.act.bias']
    )
    return hidden @ weights[f'{name}.fc2.weight'].T


def reference(image, weights, depths):
    x = image.permute(0, 2, 3, 1)
    features = []
    for stage, depth in enumerate(depths):
        name = f'downsample_layers.{stage}'
        if stage == 0:
            x = convolve(x, weights, name, 4, 2)
            x = norm_over(x, weights[f'{name}.post_norm.weight'], (3,))
        else:
            x = norm_over(x, weights[f'{name}.pre_norm.weight'], (3,))
            x = convolve(x, weights, name, 2, 1)
        for block in range(depth):
            name = f'stages.{stage}.{block}'
            for number, branch in (('1', mix), ('2', mlp)):
                y = norm_over(x, weights[f'{name}.norm{number}.weight'], (1, 2, 3))
                y = branch(y, weights, name if number == '1' else f'{name}.mlp')
                x = weights.get(f'{name}.res_scale{number}.scale', 1.0) * x + y
        features.append(x.permute(0, 3, 1, 2))
    return features


MODELS = [
    *((IdentityFormer, arch) for arch in IdentityFormer.arch_settings),
    (RandFormer, 's12'),
    (RandFormer, 'm36'),
]


@pytest.mark.parametrize(
    ('family', 'arch'), MODELS, ids=lambda v: getattr(v, '__name__', v)
)
def test_features_follow_the_equations(family, arch):
    backbone = family(arch, out_norm=None).eval()
    for parameter in backbone.parameters():
        if parameter.ndim == 1:
            torch.nn.init.uniform_(parameter, 0.5, 1.5)
    # RandFormer's matrices are defined at 224 pixels, and there the mixer is exact.
    size = 224 if family is RandFormer else 64
    image = torch.randn(1, 3, size, size)
    with torch.no_grad():
        features = backbone(image)
        weights = backbone.state_dict()
        expected = reference(image, weights, family.arch_settings[arch]['depths'])
    for ours, theirs in zip(features, expected, strict=True):
        assert (ours - theirs).norm() / theirs.norm() < 1e-5


def test_res_scale_is_in_the_last_two_stages_only():
    keys = IdentityFormer('s12').state_dict()
    stages = {key.split('.')[1] for key in keys if 'res_scale' in key}
    assert stages == {'2', '3'}
