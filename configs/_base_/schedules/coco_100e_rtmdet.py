# 100 epochs of 128 images, as mmdet trains RTMDet-L with ConvNeXt-B on COCO: lr 1e-3, a
# layer-wise decay of 0.8, half of the time at the full rate. No recipe is published
# for RTMDet-Ins with a pretrained backbone of another kind.
max_epochs = 100
base_lr = 1e-3
train_cfg = dict(
    type='EpochBasedTrainLoop',
    max_epochs=max_epochs,
    val_interval=10,
    dynamic_intervals=[(90, 1)],
)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    # Mixed precision. bfloat16 has the range of float32, so the loss is not scaled.
    type='AmpOptimWrapper',
    dtype='bfloat16',
    loss_scale=1.0,
    constructor='mmmetaformer.ParamwiseConstructor',
    optimizer=dict(type='AdamW', lr=base_lr, weight_decay=0.05),
    paramwise_cfg=dict(flat_decay_mult=0.0, decay_rate=0.8, decay_type='layer_wise'),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-5, by_epoch=False, begin=0, end=1000),
    dict(
        type='CosineAnnealingLR',
        by_epoch=True,
        begin=max_epochs // 2,
        end=max_epochs,
        T_max=max_epochs // 2,
        eta_min=base_lr * 0.05,
        convert_to_iter_based=True,
    ),
]
auto_scale_lr = dict(enable=False, base_batch_size=128)
