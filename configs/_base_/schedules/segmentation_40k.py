# A quarter of the schedule on ADE20K, for data sets with fewer images: 40k steps of 16
# images, as long as mmseg trains UperNet on Pascal VOC.
_base_ = './ade20k_160k.py'

warmup, steps = _base_.param_scheduler
train_cfg = dict(max_iters=40_000, val_interval=4000)
param_scheduler = [warmup, dict(steps, end=40_000)]
