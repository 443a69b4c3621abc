# For comparison: the recipe of ConvFormer and CAFormer with another backbone.
# Drop path rate, and no weight decay of position biases: Swin-T's in mmseg (UperNet).
_base_ = [
    './_base_/backbones/swin_t.py',
    './_base_/methods/upernet.py',
    './_base_/datasets/ade20k.py',
    './_base_/schedules/ade20k_160k.py',
    './_base_/runtime/mmseg.py',
]
model = dict(
    backbone=dict(_base_.backbone, drop_path_rate=0.3),
    decode_head=dict(in_channels=_base_.backbone_channels),
    auxiliary_head=dict(in_channels=_base_.backbone_channels[2]),
)
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={'relative_position_bias_table': dict(decay_mult=0.0)}
    )
)
