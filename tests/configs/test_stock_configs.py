# SPDX-License-Identifier: Apache-2.0
"""mmdet's and mmseg's own configs with a backbone of this project."""

import importlib
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import MODELS, init_default_scope
from stock_batches import detection_batch, segmentation_batch

from mmmetaformer.checks.config.channels import check_channels
from mmmetaformer.run.config import load_config

ALL = '[64, 128, 320, 512]'
LAST = '[128, 320, 512]'


@dataclass(frozen=True)
class Case:
    """A stock config and the lines that a user writes under the backbone's."""

    path: str
    lines: str
    arguments: str = ''  # of the backbone, apart from type and arch
    size: int = 128  # pixels of the test's images


CASES = {
    'Faster R-CNN': Case(
        'mmdet/faster_rcnn/faster-rcnn_r50_fpn_1x_coco',
        f'neck=dict(in_channels={ALL})',
    ),
    'Mask R-CNN': Case(
        'mmdet/mask_rcnn/mask-rcnn_r50_fpn_1x_coco',
        f'neck=dict(in_channels={ALL})',
    ),
    'Cascade R-CNN': Case(
        'mmdet/cascade_rcnn/cascade-rcnn_r50_fpn_1x_coco',
        f'neck=dict(in_channels={ALL})',
    ),
    'Cascade Mask R-CNN': Case(
        'mmdet/cascade_rcnn/cascade-mask-rcnn_r50_fpn_1x_coco',
        f'neck=dict(in_channels={ALL})',
    ),
    'RetinaNet': Case(
        'mmdet/retinanet/retinanet_r50_fpn_1x_coco',
        f'neck=dict(in_channels={LAST}, start_level=0)',
        'out_indices=(1, 2, 3)',
    ),
    'FCOS': Case(
        'mmdet/fcos/fcos_r50-caffe_fpn_gn-head_1x_coco',
        f'neck=dict(in_channels={LAST}, start_level=0)',
        'out_indices=(1, 2, 3)',
    ),
    'ATSS': Case(
        'mmdet/atss/atss_r50_fpn_1x_coco',
        f'neck=dict(in_channels={LAST}, start_level=0)',
        'out_indices=(1, 2, 3)',
    ),
    'SOLOv2': Case(
        'mmdet/solov2/solov2_r50_fpn_1x_coco', f'neck=dict(in_channels={ALL})'
    ),
    'RTMDet-Ins': Case(
        'mmdet/rtmdet/rtmdet-ins_s_8xb32-300e_coco',
        f'neck=dict(in_channels={LAST})',
        'out_indices=(1, 2, 3)',
    ),
    'DINO': Case(
        'mmdet/dino/dino-4scale_r50_8xb2-12e_coco',
        f'neck=dict(in_channels={LAST})',
        'out_indices=(1, 2, 3)',
        size=256,  # it picks 900 positions to start from
    ),
    'Mask2Former': Case(
        'mmdet/mask2former/mask2former_r50_8xb2-lsj-50e_coco',
        f'panoptic_head=dict(in_channels={ALL})',
    ),
    'UperNet': Case(
        'mmseg/upernet/upernet_r50_4xb4-160k_ade20k-512x512',
        f'decode_head=dict(in_channels={ALL}), auxiliary_head=dict(in_channels=320)',
    ),
    'Semantic FPN': Case(
        'mmseg/sem_fpn/fpn_r50_4xb4-160k_ade20k-512x512',
        f'neck=dict(in_channels={ALL})',
    ),
    'SegFormer head': Case(
        'mmseg/segformer/segformer_mit-b0_8xb2-160k_ade20k-512x512',
        f'decode_head=dict(in_channels={ALL})',
    ),
    'PSPNet': Case(
        'mmseg/pspnet/pspnet_r50-d8_4xb4-160k_ade20k-512x512',
        'decode_head=dict(in_channels=512, in_index=1), '
        'auxiliary_head=dict(in_channels=320, in_index=0)',
        'out_indices=(2, 3)',
    ),
    'FCN': Case(
        'mmseg/fcn/fcn_r50-d8_4xb4-160k_ade20k-512x512',
        'decode_head=dict(in_channels=512, in_index=1), '
        'auxiliary_head=dict(in_channels=320, in_index=0)',
        'out_indices=(2, 3)',
    ),
    'Mask2Former (mmseg)': Case(
        'mmseg/mask2former/mask2former_r50_8xb2-160k_ade20k-512x512',
        f'decode_head=dict(in_channels={ALL})',
    ),
}


def write(case, folder):
    """The config that a user writes."""
    package, _, path = case.path.partition('/')
    stock = Path(importlib.import_module(package).__file__).parent / '.mim/configs'
    # mmseg's models load weights by `pretrained` too, beside the backbone's init_cfg.
    pretrained = 'pretrained=None, ' if package == 'mmseg' else ''
    config = folder / 'own.py'
    config.write_text(f"""
_base_ = '{stock / path}.py'
model = dict(
    {pretrained}
    backbone=dict(
        _delete_=True, type='mmmetaformer.ConvFormer', arch='s18', {case.arguments}
    ),
    {case.lines},
)
""")
    return config


@pytest.mark.parametrize('method', CASES)
def test_a_training_step(method, tmp_path):
    case = CASES[method]
    cfg = load_config(str(write(case, tmp_path)))
    check_channels(cfg.model, cfg.default_scope)
    init_default_scope(cfg.default_scope)
    if cfg.default_scope == 'mmseg':
        samples = segmentation_batch(case.size, case.size)
    else:
        samples = detection_batch(case.size, case.size)
    # As mmengine's runner does in a single process.
    model = revert_sync_batchnorm(MODELS.build(cfg.model)).train()
    model.init_weights()
    losses = model(torch.randn(2, 3, case.size, case.size), samples, mode='loss')
    loss, _ = model.parse_losses(losses)
    loss.backward()
    assert torch.isfinite(loss)
    without = [n for n, p in model.backbone.named_parameters() if p.grad is None]
    assert without == []


def test_the_page_has_these_methods(root):
    page = (root / 'docs/stock_configs.md').read_text()
    rows = re.findall(r'^\| ([^|]+) \| `([^`]+)` \|', page, re.M)
    assert rows == [(method, case.path) for method, case in CASES.items()]
