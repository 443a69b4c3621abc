# Drop path rate: as in ImageNet training. FCB-S36 takes 0.6 with another lr: see
# cascade_mask_rcnn_caformer_s36_3x_layer_decay.py.
_base_ = [
    '../_base_/backbones/caformer_s36.py',
    '../_base_/methods/cascade_mask_rcnn.py',
    '../_base_/datasets/coco_instance_ms.py',
    '../_base_/schedules/coco_3x.py',
    '../_base_/runtime/mmdet.py',
]
model = dict(
    backbone=_base_.backbone,
    neck=dict(in_channels=_base_.backbone_channels),
)
