# For comparison: PoolFormer's recipe with another backbone.
# Nothing is frozen, as in mmseg.
_base_ = [
    './_base_/backbones/resnet_50.py',
    './_base_/methods/semantic_fpn.py',
    './_base_/datasets/ade20k_fpn.py',
    './_base_/schedules/ade20k_40k.py',
    './_base_/runtime/mmseg.py',
]
model = dict(
    backbone=dict(
        _base_.backbone,
        frozen_stages=-1,
        norm_cfg=dict(type='SyncBN', requires_grad=True),
        norm_eval=False,
    ),
    neck=dict(in_channels=_base_.backbone_channels),
)
