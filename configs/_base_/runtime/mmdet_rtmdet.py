# mmdet with RTMDet's average of the weights. The experiment adds the switch to the last
# pipeline of its data.
_base_ = './mmdet.py'

default_hooks = dict(checkpoint=dict(interval=10))
custom_hooks = [
    *_base_.custom_hooks,
    dict(
        type='EMAHook',
        ema_type='mmdet.ExpMomentumEMA',
        momentum=0.0002,
        update_buffers=True,
        priority=49,
    ),
]
