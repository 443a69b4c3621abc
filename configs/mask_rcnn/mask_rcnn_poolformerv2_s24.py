# No dense result of PoolFormerV2 is published: the recipe is that of ConvFormer, with
# the drop path of ImageNet training.
_base_ = [
    '../_base_/backbones/poolformerv2_s24.py',
    '../_base_/methods/mask_rcnn.py',
    '../_base_/datasets/coco_instance.py',
    '../_base_/schedules/coco_1x.py',
    '../_base_/runtime/mmdet.py',
]
model = dict(
    backbone=_base_.backbone,
    neck=dict(in_channels=_base_.backbone_channels),
)
