# Settings that detection and segmentation runs share.
env_cfg = dict(
    cudnn_benchmark=False,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),
)
log_level = 'INFO'
load_from = None
resume = False
vis_backends = [dict(type='LocalVisBackend')]
# Under mixed precision, losses and decoded boxes stay in float32. A config that sets
# `custom_hooks` replaces this list.
custom_hooks = [dict(type='mmmetaformer.Float32PredictionsHook')]
