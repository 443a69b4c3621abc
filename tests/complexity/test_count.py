# SPDX-License-Identifier: Apache-2.0
import copy
from pathlib import Path

import mmdet
import pytest
import torch
from mmengine.config import Config
from torch.utils.flop_counter import FlopCounterMode

from mmmetaformer import models
from mmmetaformer.complexity.count import count_complexity
from mmmetaformer.complexity.describe import describe
from mmmetaformer.errors import ConfigError

CONFIGS = Path(__file__).parents[2] / 'configs'


def load(name):
    (path,) = CONFIGS.rglob(f'{name}.py')
    return Config.fromfile(path)


# arXiv 2405.07992, Table 3: millions of parameters, G MACs at 512x2048; Swin-T: the
# README of Swin-Transformer-Semantic-Segmentation; ConvNeXt-T: that of ConvNeXt.
UPERNET = {
    'convformer': (54, 925),
    'convformer_s36': (67, 1003),
    'convformer_m36': (85, 1113),
    'caformer': (54, 1024),
    'caformer_s36': (67, 1197),
    'caformer_m36': (84, 1346),
    'swin_t': (60, 945),
    'convnext_t': (60, 939),
}


@pytest.mark.parametrize('backbone', UPERNET)
def test_published_upernet(backbone):
    result = count_complexity(load(f'upernet_{backbone}'))
    parameters, macs = UPERNET[backbone]
    assert result.shape == (512, 2048)
    assert round(result.parameters / 1e6) == parameters
    assert result.macs / 1e9 == pytest.approx(macs, rel=0.003)
    assert not result.not_counted


# mmdet's README of Swin and ConvNeXt, at 800x1280; PoolFormer's README of detection.
DETECTORS = {
    'mask_rcnn_swin_t': (48, 267),
    'mask_rcnn_convnext_t_3x': (48, 262),
    'cascade_mask_rcnn_swin_t_3x': (86, 745),
    'cascade_mask_rcnn_convnext_t_3x': (86, 741),
}


@pytest.mark.parametrize('name', DETECTORS)
def test_published_detectors(name):
    result = count_complexity(load(name))
    parameters, macs = DETECTORS[name]
    assert result.shape == (800, 1280)
    assert round(result.parameters / 1e6) == parameters
    assert result.macs / 1e9 == pytest.approx(macs, rel=0.003)


@pytest.mark.parametrize(
    ('name', 'parameters'),
    [('mask_rcnn_poolformer', 31.6), ('mask_rcnn_poolformer_s24', 41.0)],
)
def test_published_parameters_of_poolformers_detectors(name, parameters):
    assert round(count_complexity(load(name)).parameters / 1e6, 1) == parameters


def test_cascade_counts_masks_on_detections_in_each_stage():
    result = count_complexity(load('cascade_mask_rcnn_convformer_3x'))
    assert result.macs / 1e9 == pytest.approx(729, rel=0.003)
    parts = {part.name: part for part in result.parts}
    # Per RoI: four convolutions 3x3 at 14x14, a transposed one 2x2, and 80 masks.
    roi = 4 * 256 * 256 * 9 * 196 + 256 * 256 * 4 * 196 + 256 * 80 * 784
    for i in range(3):
        assert parts[f'roi_head.mask_head.{i}'].macs == 100 * roi
    # Shared convolutions at 7x7, a linear map to 1024, and its two predictions.
    roi = 4 * 256 * 256 * 9 * 49 + 256 * 49 * 1024 + 1024 * (81 + 320)
    assert parts['roi_head.bbox_head.0'].macs == 1000 * roi


# Multiply-accumulates at 384 pixels, README of sail-sg/metaformer, in G.
IMAGENET_384 = {
    'ConvFormer': dict(s18=11.6, s36=22.4, m36=37.7, b36=66.5),
    'CAFormer': dict(s18=13.4, s36=26.0, m36=42.0, b36=72.2),
}


@pytest.mark.parametrize('family', IMAGENET_384)
def test_published_imagenet_models_at_384(family):
    cfg = load(f'upernet_{family.lower()}')
    for arch, macs in IMAGENET_384[family].items():
        cfg.model.backbone.arch = arch
        result = count_complexity(cfg, (384, 384), backbone_only=True)
        assert result.macs / 1e9 == pytest.approx(macs, abs=0.06), arch


@pytest.mark.parametrize('family', ['caformer', 'randformer', 'poolformer'])
def test_macs_are_torchs(family):
    cfg = load(f'upernet_{family}')
    result = count_complexity(cfg, (96, 64), backbone_only=True)
    spec = copy.deepcopy(cfg.model.backbone)
    spec.pop('init_cfg')
    backbone = getattr(models, spec.pop('type').split('.')[1])(**spec).eval()
    # On this path attention is two products of matrices, which torch's counter knows.
    math = torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH)
    with FlopCounterMode(display=False) as counter, math, torch.no_grad():
        backbone(torch.zeros(1, 3, 96, 64))
    assert result.macs == counter.get_total_flops() // 2


def test_random_mixing_is_counted():
    result = count_complexity(load('upernet_randformer'), backbone_only=True)
    plain = count_complexity(load('upernet_identityformer'), backbone_only=True)
    mixing = 6 * 320 * 196**2 + 2 * 512 * 49**2
    assert result.macs - plain.macs == mixing


def test_attention_grows_with_the_square_of_the_positions():
    cfg = load('upernet_caformer')
    small, large = (
        {part.name: part.macs for part in count_complexity(cfg, shape, True).parts}
        for shape in ((256, 256), (512, 512))
    )
    stage = 'backbone.stages.2'
    # 9 blocks, two products each of 32 * 32 positions with all others.
    extra = 9 * 2 * 320 * (32**4 - 4 * 16**4)
    assert large[stage] - 4 * small[stage] == extra


def test_parts_add_up():
    cfg = load('mask_rcnn_convformer')
    result = count_complexity(cfg, (128, 96))
    parts = {part.name: part for part in result.parts}
    for i in range(4):
        assert parts[f'backbone.stages.{i}'].macs > 0
        assert parts[f'backbone.stages.{i}'].saved_bytes > 0
    text = describe(result)
    assert 'One image of 128x96 pixels' in text
    assert '1000 RoIs (512 in training)' in text
    assert 'Only the parameters' not in text
    total = next(line for line in text.splitlines() if line.startswith('total'))
    assert f'{result.macs / 1e9:.2f}' in total.split()


def test_the_auxiliary_head_is_of_training_only():
    cfg = load('upernet_convformer')
    result = count_complexity(cfg, (64, 64))
    auxiliary = next(p for p in result.parts if p.name == 'auxiliary_head')
    assert auxiliary.macs > 0
    assert result.macs == sum(p.macs for p in result.parts) - auxiliary.macs
    cfg.model.auxiliary_head = None
    without = count_complexity(cfg, (64, 64))
    assert without.macs == result.macs
    assert without.saved_bytes == result.saved_bytes - auxiliary.saved_bytes


def test_what_cannot_be_counted_is_named(root):

    stock = Path(mmdet.__file__).parent / '.mim/configs'
    cfg = Config.fromfile(
        stock / 'deformable_detr/deformable-detr_r50_16xb2-50e_coco.py'
    )
    cfg.model.backbone.init_cfg = None
    result = count_complexity(cfg, (128, 128))
    assert {'encoder', 'decoder', 'bbox_head'} <= set(result.not_counted)
    assert 'Only the parameters counted: decoder' in describe(result)
    assert result.parameters > 39e6


def test_nothing_of_the_config_changes():
    cfg = load('upernet_convformer')
    before = cfg.to_dict()
    count_complexity(cfg, (64, 64))
    assert cfg.to_dict() == before


def test_a_wrapper_is_refused():
    cfg = Config(dict(model=dict(type='SoftTeacher', detector=dict())))
    with pytest.raises(ConfigError, match='a SoftTeacher'):
        count_complexity(cfg, (64, 64))


def test_an_error_in_a_head_spoils_no_other_count():
    cfg = load('mask_rcnn_convformer')
    right = {part.name: part.macs for part in count_complexity(cfg, (64, 64)).parts}
    cfg.model.rpn_head.in_channels = 8  # fails within, after it has begun
    result = count_complexity(cfg, (64, 64))
    assert list(result.not_counted) == ['rpn_head']
    for part in result.parts:
        assert part.macs == (0 if part.name == 'rpn_head' else right[part.name])
