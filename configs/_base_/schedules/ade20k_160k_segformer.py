# 160k steps of 16 images, as SegFormer trains on ADE20K (NVlabs/SegFormer; mmseg): a
# low lr, ten times as high in the head. Warm-up and poly are those of ade20k_160k.py.
_base_ = './ade20k_160k.py'

optim_wrapper = dict(
    optimizer=dict(lr=6e-5, weight_decay=0.01),
    paramwise_cfg=dict(custom_keys={'decode_head': dict(lr_mult=10.0)}),
)
