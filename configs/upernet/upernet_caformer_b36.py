# Drop path rate: extrapolated. The first author's advice for his largest backbone is
# 0.6 (yuweihao/MambaOut, issue 251: MambaOut-B, 85 M parameters), which is also that
# of this network's ImageNet training.
_base_ = [
    '../_base_/backbones/caformer_b36.py',
    '../_base_/methods/upernet.py',
    '../_base_/datasets/ade20k.py',
    '../_base_/schedules/ade20k_160k.py',
    '../_base_/runtime/mmseg.py',
]
model = dict(
    backbone=dict(_base_.backbone, drop_path_rate=0.6),
    decode_head=dict(in_channels=_base_.backbone_channels),
    auxiliary_head=dict(in_channels=_base_.backbone_channels[2]),
)
