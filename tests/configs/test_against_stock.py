# SPDX-License-Identifier: Apache-2.0
"""Methods, pipelines and schedules are those of mmdet's and mmseg's own recipes."""

import re
from pathlib import Path

import mmdet
import mmseg
import pytest
from leaves import load
from mmengine.config import Config

from mmmetaformer.host import as_list

CASCADE = 'convnext/cascade-mask-rcnn_convnext-t-p4-w7_fpn_4conv1fc-giou_amp-ms-crop-3x'
STOCK = {
    'mask_rcnn_swin_t': (mmdet, 'swin/mask-rcnn_swin-t-p4-w7_fpn_1x_coco'),
    'mask_rcnn_convnext_t_3x': (
        mmdet,
        'convnext/mask-rcnn_convnext-t-p4-w7_fpn_amp-ms-crop-3x_coco',
    ),
    'cascade_mask_rcnn_convnext_t_3x': (mmdet, f'{CASCADE}_coco'),
    'faster_rcnn_convformer': (mmdet, 'faster_rcnn/faster-rcnn_r50_fpn_1x_coco'),
    'retinanet_resnet_50': (mmdet, 'retinanet/retinanet_r50_fpn_1x_coco'),
    'upernet_convnext_t': (
        mmseg,
        'convnext/convnext-tiny_upernet_8xb2-amp-160k_ade20k-512x512',
    ),
    'upernet_convformer_640': (
        mmseg,
        'convnext/convnext-base_upernet_8xb2-amp-160k_ade20k-640x640',
    ),
    'segformer_convformer': (
        mmseg,
        'segformer/segformer_mit-b2_8xb2-160k_ade20k-512x512',
    ),
    'mask2former_semantic_convformer': (
        mmseg,
        'mask2former/mask2former_swin-t_8xb2-160k_ade20k-512x512',
    ),
    'mask2former_instance_convformer': (
        mmdet,
        'mask2former/mask2former_swin-t-p4-w7-224_8xb2-lsj-50e_coco',
    ),
    'dino_convformer': (mmdet, 'dino/dino-4scale_r50_8xb2-12e_coco'),
    'rtmdet_ins_convformer': (mmdet, 'rtmdet/rtmdet-ins_l_8xb32-300e_coco'),
    'semantic_fpn_poolformer': (
        mmseg,
        'poolformer/fpn_poolformer_s12_8xb4-40k_ade20k-512x512',
    ),
}
OTHER = {
    'rtmdet_l_convnext_b': (mmdet, 'rtmdet/rtmdet_l_convnext_b_4xb32-100e_coco'),
}
#: Base configs of data sets.
DATA = {
    'upernet_convformer_cityscapes': (mmseg, '_base_/datasets/cityscapes'),
    'upernet_convformer_loveda': (mmseg, '_base_/datasets/loveda'),
    'upernet_convformer_voc': (mmseg, '_base_/datasets/pascal_voc12'),
    'faster_rcnn_convformer_voc': (mmdet, '_base_/datasets/voc0712'),
}
NO_MASKS = ('with_mask', False)
#: Methods whose optimizer is the published one, too.
NEW = ('segformer', 'mask2former', 'dino', 'rtmdet')
CHANNELS = ('neck', 'decode_head', 'auxiliary_head', 'panoptic_head')
# Values of these that are the default.
DEFAULTS = (
    ('init_cfg', None),
    ('norm_cfg', None),
    ('pretrained', None),
    ('im2col_step', 64),
    ('dropout_layer', None),
    ('add_identity', True),
    ('attn_drop', 0.0),
    ('proj_drop', 0.0),
    ('eps', 1e-8),
    ('resize_type', 'Resize'),
    ('seg_pad_value', 255),
    ('reduce_zero_label', False),
)


def stock(name):
    package, path = {**STOCK, **OTHER, **DATA}[name]
    root = Path(package.__file__).parent / '.mim/configs'
    return Config.fromfile(root / f'{path}.py', import_custom_modules=False)


def method(cfg):
    """The model without its backbone and the channels of that."""
    model = cfg.model.to_dict()
    for key in ('backbone', 'pretrained'):
        model.pop(key, None)
    for part in CHANNELS:
        if part == 'neck' or 'neck' not in model:
            model.get(part, {}).pop('in_channels', None)
    return model


def plain(value):
    """Normalize: tuples to lists, no defaults, the hosts' names of our parts."""
    if isinstance(value, dict):
        # No dropout is the default, but of deformable attention, which takes levels.
        no_dropout = () if 'num_levels' in value else (('dropout', 0.0),)
        return {
            key: plain(item)
            for key, item in value.items()
            if key not in ('backend_args', 'debug')
            and (key, item) not in (NO_MASKS, *DEFAULTS, *no_dropout)
        }
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return re.sub(r'^(mmmetaformer\.(segmentation|detection)|mmdet)\.', '', value)
    return value


@pytest.mark.parametrize('name', STOCK)
def test_method(name):
    ours, theirs = plain(method(load(name))), plain(method(stock(name)))
    if name == 'upernet_convformer_640':
        # Stock takes the smaller crop for its windows' size from a base's model.
        assert theirs['data_preprocessor']['size'] == [640, 640]
    if name == 'segformer_convformer':
        assert theirs['data_preprocessor'].pop('size', None) == [512, 512]
        assert ours['data_preprocessor'].pop('size') == [512, 512]
    if name == 'rtmdet_ins_convformer':
        # Of RTMDet-L with ConvNeXt-B: group norm, and the usual normalization.
        norm = dict(type='GN', num_groups=32)
        for part in ('neck', 'bbox_head'):
            theirs[part]['norm_cfg'] = norm
        theirs['data_preprocessor'] = ours['data_preprocessor']
    if name == 'retinanet_resnet_50':
        # The same levels: here the backbone leaves the first out, there the neck.
        assert theirs['neck'].pop('start_level') == 1
    assert ours == theirs


@pytest.mark.parametrize('name', STOCK)
def test_pipelines(name):
    ours, theirs = load(name), stock(name)
    for split in ('train', 'val'):
        one = ours[f'{split}_dataloader']
        other = theirs[f'{split}_dataloader']
        theirs_inner = other.dataset
        while 'dataset' in theirs_inner:  # RepeatDataset, which makes longer epochs
            theirs_inner = theirs_inner.dataset
        expected = plain(theirs_inner.pipeline)
        for step in expected:
            if step['type'] == 'CachedMixUp':
                step['pad_val'] = 114.0  # the same grey
        assert plain(one.dataset.pipeline) == expected
        assert one.batch_size == other.batch_size


@pytest.mark.parametrize('name', STOCK)
def test_schedules(name):
    ours, theirs = load(name), stock(name)
    assert plain(ours.test_cfg) == plain(theirs.test_cfg)
    if name == 'rtmdet_ins_convformer':
        # The schedule is that of RTMDet-L with ConvNeXt-B.
        theirs = stock('rtmdet_l_convnext_b')
    for key in ('max_iters', 'max_epochs'):
        assert ours.train_cfg.get(key) == theirs.train_cfg.get(key)
    if 'resnet' in name or name == 'faster_rcnn_convformer':
        return  # stock trains ResNet with SGD
    theirs.param_scheduler = as_list(theirs.param_scheduler)
    expected = [plain(one.to_dict()) for one in theirs.param_scheduler]
    assert [plain(one.to_dict()) for one in ours.param_scheduler] == expected


@pytest.mark.parametrize('name', [n for n in STOCK if n.startswith(NEW)])
def test_optimizers(name):
    ours, theirs, gpus = load(name), stock(name), 8  # by the stock config's name
    if name == 'rtmdet_ins_convformer':
        theirs, gpus = stock('rtmdet_l_convnext_b'), 4
    batch = gpus * theirs.train_dataloader.batch_size
    assert ours.auto_scale_lr.base_batch_size == batch
    one, other = ours.optim_wrapper, theirs.optim_wrapper
    assert one.optimizer.lr == other.optimizer.lr
    assert one.get('clip_grad') == other.get('clip_grad')
    # TransNeXt's, where the others decay by 1e-4.
    decay = 1e-4 if name.startswith('dino') else one.optimizer.weight_decay
    assert decay == other.optimizer.weight_decay
    rules = one.paramwise_cfg.get('custom_keys', {})
    theirs = other.paramwise_cfg.get('custom_keys', {})
    for key, mults in rules.items():
        stocks = theirs['head' if key == 'decode_head' else key]
        assert mults.get('lr_mult', 1.0) == stocks.get('lr_mult', 1.0)
        assert mults.get('decay_mult', 1.0) == stocks.get('decay_mult', 1.0)


@pytest.mark.parametrize('name', DATA)
def test_data(name):
    ours, theirs = load(name), stock(name)
    for split in ('train', 'val'):
        one, other = (
            plain(cfg[f'{split}_dataloader'].dataset.to_dict())
            for cfg in (ours, theirs)
        )
        assert one == other
    assert ours.val_evaluator == theirs.val_evaluator
