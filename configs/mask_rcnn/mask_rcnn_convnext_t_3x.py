# For comparison: the recipe of ConvFormer and CAFormer with another backbone.
# Drop path rate: ConvNeXt-T's in mmdet (Mask R-CNN 3x).
_base_ = [
    '../_base_/backbones/convnext_t.py',
    '../_base_/methods/mask_rcnn.py',
    '../_base_/datasets/coco_instance_ms.py',
    '../_base_/schedules/coco_3x.py',
    '../_base_/runtime/mmdet.py',
]
model = dict(
    backbone=_base_.backbone,
    neck=dict(in_channels=_base_.backbone_channels),
)
