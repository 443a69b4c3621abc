# Four epochs of 16 images, as mmdet trains detectors on Pascal VOC, where an epoch
# takes every image three times. The optimizer is that of coco_1x.py.
_base_ = './coco_1x.py'

warmup, steps = _base_.param_scheduler
train_cfg = dict(max_epochs=4)
param_scheduler = [warmup, dict(steps, end=4, milestones=[3])]
