# Drop path rate: as in the UperNet config.
_base_ = [
    './_base_/backbones/caformer_s18.py',
    './_base_/methods/segformer.py',
    './_base_/datasets/ade20k.py',
    './_base_/schedules/ade20k_160k_segformer.py',
    './_base_/runtime/mmseg.py',
]
model = dict(
    backbone=dict(_base_.backbone, drop_path_rate=0.3),
    decode_head=dict(in_channels=_base_.backbone_channels),
)
