# Drop path rate: the first author's advice for his other backbone (yuweihao/MambaOut,
# issue 251: 0.6 for MambaOut-B), by the row of arXiv 2405.07992, Table 3. MambaOut-B
# is larger: 85 M parameters against 56 M.
_base_ = [
    '../_base_/backbones/caformer_m36.py',
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
