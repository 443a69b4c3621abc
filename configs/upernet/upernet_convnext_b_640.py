# For comparison: the 640-pixel recipe of ConvFormer and CAFormer with another backbone.
# Drop path rate: ConvNeXt-B's in mmseg (UperNet).
_base_ = [
    '../_base_/backbones/convnext_b_in21k.py',
    '../_base_/methods/upernet_640.py',
    '../_base_/datasets/ade20k_640.py',
    '../_base_/schedules/ade20k_160k.py',
    '../_base_/runtime/mmseg.py',
]
model = dict(
    backbone=_base_.backbone,
    decode_head=dict(in_channels=_base_.backbone_channels),
    auxiliary_head=dict(in_channels=_base_.backbone_channels[2]),
)
