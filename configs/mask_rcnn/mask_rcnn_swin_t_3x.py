# For comparison: the recipe of ConvFormer and CAFormer with another backbone.
# No weight decay of position biases, as in Swin's own configs.
_base_ = [
    '../_base_/backbones/swin_t.py',
    '../_base_/methods/mask_rcnn.py',
    '../_base_/datasets/coco_instance_ms.py',
    '../_base_/schedules/coco_3x.py',
    '../_base_/runtime/mmdet.py',
]
model = dict(
    backbone=_base_.backbone,
    neck=dict(in_channels=_base_.backbone_channels),
)
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={'relative_position_bias_table': dict(decay_mult=0.0)}
    )
)
