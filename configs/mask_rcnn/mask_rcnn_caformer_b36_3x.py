# Drop path rate: as in ImageNet training. No value for COCO is published for this
# size.
_base_ = [
    '../_base_/backbones/caformer_b36.py',
    '../_base_/methods/mask_rcnn.py',
    '../_base_/datasets/coco_instance_ms.py',
    '../_base_/schedules/coco_3x.py',
    '../_base_/runtime/mmdet.py',
]
model = dict(
    backbone=_base_.backbone,
    neck=dict(in_channels=_base_.backbone_channels),
)
