# 160k steps of 16 images, as mmseg trains Mask2Former with Swin-T and Swin-S on ADE20K
# (values of facebookresearch/Mask2Former). No warm-up. TransNeXt keeps all of it, and
# decays no biases either (DaiShiResearch/TransNeXt, segmentation/mask2former).
train_cfg = dict(type='IterBasedTrainLoop', max_iters=160_000, val_interval=16_000)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    # Mixed precision. bfloat16 has the range of float32, so the loss is not scaled.
    type='AmpOptimWrapper',
    dtype='bfloat16',
    loss_scale=1.0,
    constructor='mmmetaformer.ParamwiseConstructor',
    optimizer=dict(type='AdamW', lr=1e-4, betas=(0.9, 0.999), weight_decay=0.05),
    # The backbone learns at a tenth of the rate. No weight decay of vectors, which in
    # the published recipe are norms, and of the embeddings of queries and levels.
    paramwise_cfg=dict(
        flat_decay_mult=0.0,
        custom_keys={
            'backbone': dict(lr_mult=0.1),
            'query_embed': dict(decay_mult=0.0),
            'query_feat': dict(decay_mult=0.0),
            'level_embed': dict(decay_mult=0.0),
        },
    ),
    clip_grad=dict(max_norm=0.01, norm_type=2),
)
param_scheduler = [
    dict(type='PolyLR', by_epoch=False, begin=0, end=160_000, power=0.9, eta_min=0)
]
auto_scale_lr = dict(enable=False, base_batch_size=16)
