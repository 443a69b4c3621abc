# ImageNet-21K weights with 640-pixel crops. From ConvNeXt (arXiv 2201.03545) come this
# pair, the sizes of images and crops, and the test windows. All other values, drop path
# too, are those of the config with 512-pixel crops.
_base_ = [
    '../_base_/backbones/convformer_m36.py',
    '../_base_/methods/upernet_640.py',
    '../_base_/datasets/ade20k_640.py',
    '../_base_/schedules/ade20k_160k.py',
    '../_base_/runtime/mmseg.py',
]
model = dict(
    backbone=dict(
        _base_.backbone,
        drop_path_rate=0.6,
        init_cfg=dict(type='Pretrained', checkpoint='sail:convformer_m36_in21k'),
    ),
    decode_head=dict(in_channels=_base_.backbone_channels),
    auxiliary_head=dict(in_channels=_base_.backbone_channels[2]),
)
