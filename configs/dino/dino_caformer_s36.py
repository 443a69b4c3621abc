# Drop path rate: as in ImageNet training. No value for COCO is published.
_base_ = [
    '../_base_/backbones/caformer_s36.py',
    '../_base_/methods/dino.py',
    '../_base_/datasets/coco_detection_detr.py',
    '../_base_/schedules/coco_12e_dino.py',
    '../_base_/runtime/mmdet.py',
]
model = dict(
    backbone=dict(_base_.backbone, out_indices=(1, 2, 3)),
    neck=dict(in_channels=_base_.backbone_channels[1:]),
)
