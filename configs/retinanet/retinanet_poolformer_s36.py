# The published recipe: detection/configs of sail-sg/poolformer.
_base_ = [
    '../_base_/backbones/poolformer_s36.py',
    '../_base_/methods/retinanet.py',
    '../_base_/datasets/coco_detection.py',
    '../_base_/schedules/coco_1x_pvt.py',
    '../_base_/runtime/mmdet.py',
]
model = dict(
    backbone=dict(_base_.backbone, out_indices=(1, 2, 3)),
    neck=dict(in_channels=_base_.backbone_channels[1:]),
)
