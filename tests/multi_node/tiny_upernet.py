"""UperNet with a backbone of a few thousand parameters, for two_hosts.sh."""

_base_ = '../../configs/upernet_convformer.py'
model = dict(
    backbone=dict(
        arch=dict(depths=(1,) * 4, dims=(32,) * 4, _delete_=True), init_cfg=None
    ),
    decode_head=dict(in_channels=[32] * 4),
    auxiliary_head=dict(in_channels=32),
)
