# 160k steps of 16 images; AdamW and poly values of ConvNeXt's and Swin's UperNet.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=160_000, val_interval=16_000)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    # Mixed precision. bfloat16 has the range of float32, so the loss is not scaled.
    type='AmpOptimWrapper',
    dtype='bfloat16',
    loss_scale=1.0,
    constructor='mmmetaformer.ParamwiseConstructor',
    # lr for all sizes: the first author's advice for a backbone of the same kind
    # (github.com/yuweihao/MambaOut, issue 251), no layer-wise decay.
    optimizer=dict(type='AdamW', lr=1e-4, betas=(0.9, 0.999), weight_decay=0.05),
    # No decay of vectors: norms, biases, StarReLU's scalars, residual scales. That is
    # timm's rule, under which the ImageNet models were trained, and ConvNeXt's.
    paramwise_cfg=dict(flat_decay_mult=0.0),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-6, by_epoch=False, begin=0, end=1500),
    dict(
        type='PolyLR',
        by_epoch=False,
        begin=1500,
        end=160_000,
        power=1.0,
        eta_min=0.0,
    ),
]
auto_scale_lr = dict(enable=False, base_batch_size=16)
