# The same recipe as for ConvFormer and CAFormer, for a comparison of backbones.
_base_ = [
    '../_base_/backbones/resnet_50.py',
    '../_base_/methods/mask_rcnn.py',
    '../_base_/datasets/coco_instance_ms.py',
    '../_base_/schedules/coco_3x.py',
    '../_base_/runtime/mmdet.py',
]
model = dict(
    backbone=_base_.backbone,
    neck=dict(in_channels=_base_.backbone_channels),
)
