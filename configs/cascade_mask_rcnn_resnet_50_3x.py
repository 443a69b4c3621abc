# For comparison: the recipe of ConvFormer and CAFormer with another backbone.
_base_ = [
    './_base_/backbones/resnet_50.py',
    './_base_/methods/cascade_mask_rcnn.py',
    './_base_/datasets/coco_instance_ms.py',
    './_base_/schedules/coco_3x.py',
    './_base_/runtime/mmdet.py',
]
model = dict(
    backbone=_base_.backbone,
    neck=dict(in_channels=_base_.backbone_channels),
)
