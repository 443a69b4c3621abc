# 160k steps of 16 images. Warm-up, poly and betas: UperNet of ConvNeXt and Swin.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=160_000, val_interval=16_000)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    # Mixed precision. bfloat16 has the range of float32, so the loss is not scaled.
    type='AmpOptimWrapper',
    dtype='bfloat16',
    loss_scale=1.0,
    constructor='mmmetaformer.ParamwiseConstructor',
    # One lr for all sizes and no layer-wise decay: the first author's advice for a
    # backbone of the same kind (github.com/yuweihao/MambaOut, issue 251).
    # Weight decay: ConvNeXt's, PolyNeXt's and HyenaPixel's. Swin's is 0.01, and the
    # same advice says "based on Swin config", so the authors' may be that. To use it:
    # --cfg-options optim_wrapper.optimizer.weight_decay=0.01
    optimizer=dict(type='AdamW', lr=1e-4, betas=(0.9, 0.999), weight_decay=0.05),
    # No weight decay of vectors: norms, biases, StarReLU's scalars, residual scales. It
    # is the rule of timm, with which the ImageNet models were trained, and of ConvNeXt.
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
