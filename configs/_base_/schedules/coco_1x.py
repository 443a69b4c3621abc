# 1x: 12 epochs, 16 images per step.
# AdamW with lr 1e-4: MambaOut's COCO runs (arXiv 2405.07992, same first author) and
# mmdet's Swin-T. Weight decay, betas, warm-up: mmdet's Swin-T.
# No layer-wise decay: the first author's advice for segmentation
# (github.com/yuweihao/MambaOut, issue 251).
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
    # No weight decay of vectors: norms, biases, StarReLU's scalars, residual scales. It
    # is the rule of timm, with which the ImageNet models were trained, and of ConvNeXt.
    paramwise_cfg=dict(flat_decay_mult=0.0),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.001, by_epoch=False, begin=0, end=1000),
    dict(
        type='MultiStepLR',
        by_epoch=True,
        begin=0,
        end=12,
        milestones=[8, 11],
        gamma=0.1,
    ),
]
auto_scale_lr = dict(enable=False, base_batch_size=16)
