# ADE20K as PoolFormer's Semantic FPN reads it: 32 images a step, and whole images of
# sides that are multiples of 32 in tests (mmseg: 0.2 to 0.4 mIoU more than without).
_base_ = './ade20k.py'

load, resize, *rest = _base_.test_pipeline
test_pipeline = [load, resize, dict(type='ResizeToMultiple', size_divisor=32), *rest]
train_dataloader = dict(batch_size=4)  # on each of 8 GPUs
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
