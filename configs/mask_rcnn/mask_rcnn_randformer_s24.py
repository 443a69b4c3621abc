# No dense result of RandFormer is published, so this is ConvFormer's recipe.
# Drop path rate: as in ImageNet training.
_base_ = [
    '../_base_/backbones/randformer_s24.py',
    '../_base_/methods/mask_rcnn.py',
    '../_base_/datasets/coco_instance.py',
    '../_base_/schedules/coco_1x.py',
    '../_base_/runtime/mmdet.py',
]
model = dict(
    backbone=_base_.backbone,
    neck=dict(in_channels=_base_.backbone_channels),
)
