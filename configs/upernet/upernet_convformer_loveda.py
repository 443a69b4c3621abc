# ADE20K's recipe with a length for LoveDA. No recipe of a ConvFormer or
# CAFormer is published for this data set.
_base_ = [
    '../_base_/backbones/convformer_s18.py',
    '../_base_/methods/upernet.py',
    '../_base_/datasets/loveda.py',
    '../_base_/schedules/segmentation_80k.py',
    '../_base_/runtime/mmseg.py',
]
num_classes = 7
model = dict(
    backbone=dict(_base_.backbone, drop_path_rate=0.3),
    decode_head=dict(in_channels=_base_.backbone_channels, num_classes=num_classes),
    auxiliary_head=dict(
        in_channels=_base_.backbone_channels[2], num_classes=num_classes
    ),
)
