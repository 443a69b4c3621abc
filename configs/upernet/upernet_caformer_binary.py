# ADE20K's recipe, shorter, for binary masks of your own.
_base_ = [
    '../_base_/backbones/caformer_s18.py',
    '../_base_/methods/upernet.py',
    '../_base_/datasets/binary_masks.py',
    '../_base_/schedules/segmentation_40k.py',
    '../_base_/runtime/mmseg.py',
]
num_classes = 2
model = dict(
    backbone=dict(_base_.backbone, drop_path_rate=0.3),
    decode_head=dict(in_channels=_base_.backbone_channels, num_classes=num_classes),
    auxiliary_head=dict(
        in_channels=_base_.backbone_channels[2], num_classes=num_classes
    ),
)
