# 3x: 36 epochs, 16 images per step. Milestones: those of Swin's and ConvNeXt's runs.
# The rest is coco_1x.py: Cascade Mask R-CNN stands on values of Swin's and MambaOut's
# Mask R-CNN alone. For those of three descendants, see coco_3x_layer_decay.py.
_base_ = './coco_1x.py'

warmup, steps = _base_.param_scheduler
train_cfg = dict(max_epochs=36)
param_scheduler = [warmup, dict(steps, end=36, milestones=[27, 33])]
