# 12 epochs of 16 images, as mmdet trains DINO on COCO. No warm-up.
# TransNeXt, the closest backbone with a published DINO recipe, changes the weight decay
# from 1e-4 to 0.05, but of no vectors (DaiShiResearch/TransNeXt, detection/dino).
# For DINO's own: --cfg-options optim_wrapper.optimizer.weight_decay=1e-4
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=12, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    # Mixed precision. bfloat16 has the range of float32, so the loss is not scaled.
    type='AmpOptimWrapper',
    dtype='bfloat16',
    loss_scale=1.0,
    constructor='mmmetaformer.ParamwiseConstructor',
    optimizer=dict(type='AdamW', lr=1e-4, betas=(0.9, 0.999), weight_decay=0.05),
    # The backbone learns at a tenth of the rate.
    paramwise_cfg=dict(
        flat_decay_mult=0.0, custom_keys={'backbone': dict(lr_mult=0.1)}
    ),
    clip_grad=dict(max_norm=0.1, norm_type=2),
)
param_scheduler = [
    dict(
        type='MultiStepLR',
        by_epoch=True,
        begin=0,
        end=12,
        milestones=[11],
        gamma=0.1,
    )
]
auto_scale_lr = dict(enable=False, base_batch_size=16)
