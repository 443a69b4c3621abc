# SPDX-License-Identifier: Apache-2.0
"""Configs of runs of a few steps in which nothing is wrong, on this project's own."""

DETECTOR = """
_base_ = '{root}/configs/{method}_convformer.py'
model = dict(
    backbone=dict(
        arch=dict(depths=(1,) * 4, dims=(8, 8, 16, 16), _delete_=True),
        drop_path_rate=0.0,
        init_cfg=None,
    ),
    neck=dict(in_channels=[8, 8, 16, 16]),
    roi_head=dict(bbox_head=dict(fc_out_channels=16)),
    train_cfg=dict(rpn_proposal=dict(max_per_img=30), rcnn=dict(sampler=dict(num=16))),
    test_cfg=dict(rpn=dict(max_per_img=30), rcnn=dict(max_per_img=10)),
)
load = dict(type='LoadAnnotations', with_bbox=True, with_mask={masks})
train_pipeline = [
    dict(type='LoadImageFromFile'),
    load,
    dict(type='Resize', scale=(96, 96), keep_ratio=True),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackDetInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(96, 96), keep_ratio=True),
    load,
    dict(
        type='PackDetInputs',
        meta_keys=('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor'),
    ),
]
none = dict(num_workers=0, persistent_workers=False)
train_dataloader = dict(none, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(none, dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
train_cfg = dict(max_epochs=2)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=False, begin=0, end=2),
    dict(type='MultiStepLR', by_epoch=True, begin=0, end=2, milestones=[1]),
]
"""

SEGMENTOR = """
_base_ = '{root}/configs/upernet_convformer.py'
model = dict(
    backbone=dict(
        arch=dict(depths=(1,) * 4, dims=(8, 8, 16, 16), _delete_=True),
        drop_path_rate=0.0,
        init_cfg=None,
    ),
    data_preprocessor=dict(size=(64, 64)),
    decode_head=dict(in_channels=[8, 8, 16, 16], channels=16),
    auxiliary_head=dict(in_channels=16, channels=8),
    test_cfg=dict(crop_size=(64, 64), stride=(48, 48)),
)
load = dict(type='LoadAnnotations', reduce_zero_label=True)
train_pipeline = [
    dict(type='LoadImageFromFile'),
    load,
    dict(type='RandomResize', scale=(192, 80), ratio_range=(0.8, 1.5), keep_ratio=True),
    dict(type='RandomCrop', crop_size=(64, 64), cat_max_ratio=0.9),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackSegInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(192, 80), keep_ratio=True),
    load,
    dict(type='PackSegInputs'),
]
none = dict(num_workers=0, persistent_workers=False)
train_dataloader = dict(none, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(none, dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
train_cfg = dict(max_iters=8, val_interval=8)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=False, begin=0, end=2),
    dict(type='PolyLR', by_epoch=False, begin=2, end=8, power=1.0, eta_min=0.0),
]
default_hooks = dict(checkpoint=dict(interval=4))
"""

CONFIGS = {
    'masks': DETECTOR.replace('{method}', 'mask_rcnn').replace('{masks}', 'True'),
    'boxes': DETECTOR.replace('{method}', 'faster_rcnn').replace('{masks}', 'False'),
    'maps': SEGMENTOR,
}
