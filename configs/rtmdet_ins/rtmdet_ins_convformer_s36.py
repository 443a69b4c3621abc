# Drop path rate: as in ImageNet training. No value for COCO is published.
_base_ = [
    '../_base_/backbones/convformer_s36.py',
    '../_base_/methods/rtmdet_ins.py',
    '../_base_/datasets/coco_instance_mosaic.py',
    '../_base_/schedules/coco_100e_rtmdet.py',
    '../_base_/runtime/mmdet_rtmdet.py',
]
model = dict(
    backbone=dict(_base_.backbone, out_indices=(1, 2, 3)),
    neck=dict(in_channels=_base_.backbone_channels[1:]),
)
custom_hooks = [
    *_base_.custom_hooks,
    dict(
        type='PipelineSwitchHook',
        switch_epoch=90,
        switch_pipeline=_base_.last_pipeline,
    ),
]
