# ADE20K as PoolFormer's Semantic FPN uses it: 32 images per step. Tests take whole
# images, resized to multiples of 32 (mmseg: 0.2 to 0.4 mIoU more than without).
_base_ = './ade20k.py'

to_multiple = dict(type='ResizeToMultiple', size_divisor=32)
load, resize, *rest = _base_.test_pipeline
test_pipeline = [load, resize, to_multiple, *rest]
train_dataloader = dict(batch_size=4)  # on each of 8 GPUs
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader

load, views = _base_.tta_pipeline
resizes, *others = views['transforms']
tta_pipeline = [load, dict(views, transforms=[resizes, [to_multiple], *others])]
