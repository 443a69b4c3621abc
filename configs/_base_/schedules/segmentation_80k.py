# Half of the schedule on ADE20K: 80k steps of 16 images, as long as mmseg trains on
# Cityscapes (with 8 images a step) and LoveDA.
_base_ = './ade20k_160k.py'

warmup, steps = _base_.param_scheduler
train_cfg = dict(max_iters=80_000, val_interval=8000)
param_scheduler = [warmup, dict(steps, end=80_000)]
