# The published recipe: segmentation/configs of sail-sg/poolformer.
_base_ = [
    '../_base_/backbones/poolformer_s36.py',
    '../_base_/methods/semantic_fpn.py',
    '../_base_/datasets/ade20k_fpn.py',
    '../_base_/schedules/ade20k_40k.py',
    '../_base_/runtime/mmseg.py',
]
model = dict(
    backbone=_base_.backbone,
    neck=dict(in_channels=_base_.backbone_channels),
)
