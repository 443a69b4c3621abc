# The published recipe: detection/configs of sail-sg/poolformer.
_base_ = [
    './_base_/backbones/poolformer_s12.py',
    './_base_/methods/mask_rcnn.py',
    './_base_/datasets/coco_instance.py',
    './_base_/schedules/coco_1x_pvt.py',
    './_base_/runtime/mmdet.py',
]
model = dict(
    backbone=_base_.backbone,
    neck=dict(in_channels=_base_.backbone_channels),
)
optim_wrapper = dict(optimizer=dict(lr=2e-4))
