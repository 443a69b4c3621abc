# A choice of this project: no UperNet recipe or result of PoolFormer is published, so
# this is ConvFormer's recipe. Drop path rate: 0, as in its other dense configs.
_base_ = [
    './_base_/backbones/poolformer_s12.py',
    './_base_/methods/upernet.py',
    './_base_/datasets/ade20k.py',
    './_base_/schedules/ade20k_160k.py',
    './_base_/runtime/mmseg.py',
]
model = dict(
    backbone=_base_.backbone,
    decode_head=dict(in_channels=_base_.backbone_channels),
    auxiliary_head=dict(in_channels=_base_.backbone_channels[2]),
)
