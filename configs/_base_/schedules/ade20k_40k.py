# 40k steps of 32 images, as sail-sg/poolformer trains Semantic FPN (after PVT). No
# warm-up. Norms and biases have weight decay too.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=40_000, val_interval=4000)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    # Mixed precision. bfloat16 has the range of float32, so the loss is not scaled.
    type='AmpOptimWrapper',
    dtype='bfloat16',
    loss_scale=1.0,
    optimizer=dict(type='AdamW', lr=2e-4, weight_decay=1e-4),
)
param_scheduler = [
    dict(type='PolyLR', by_epoch=False, begin=0, end=40_000, power=0.9, eta_min=0.0)
]
auto_scale_lr = dict(enable=False, base_batch_size=32)
