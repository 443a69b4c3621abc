# ADE20K's recipe with crops and a length for Cityscapes. No recipe of a ConvFormer or
# CAFormer is published for this data set. HyenaPixel-S18 (spravil/HyenaPixel) trains
# for 90k steps of 16 images, with a stage-wise decay of 0.9 and a drop path of 0.4.
_base_ = [
    '../_base_/backbones/caformer_s18.py',
    '../_base_/methods/upernet.py',
    '../_base_/datasets/cityscapes.py',
    '../_base_/schedules/segmentation_80k.py',
    '../_base_/runtime/mmseg.py',
]
num_classes = 19
model = dict(
    backbone=dict(_base_.backbone, drop_path_rate=0.3),
    data_preprocessor=dict(size=_base_.train_crop),
    decode_head=dict(in_channels=_base_.backbone_channels, num_classes=num_classes),
    auxiliary_head=dict(
        in_channels=_base_.backbone_channels[2], num_classes=num_classes
    ),
    test_cfg=dict(crop_size=_base_.train_crop, stride=(341, 683)),
)
