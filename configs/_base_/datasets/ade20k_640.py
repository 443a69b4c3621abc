# ADE20K with 640-pixel crops. Sizes: ConvNeXt's runs with ImageNet-21K weights.
_base_ = './ade20k.py'

sizes = {
    'RandomResize': dict(scale=(2560, 640)),
    'Resize': dict(scale=(2560, 640)),
    'RandomCrop': dict(crop_size=(640, 640)),
}
train_pipeline = [
    dict(step, **sizes.get(step['type'], {})) for step in _base_.train_pipeline
]
test_pipeline = [
    dict(step, **sizes.get(step['type'], {})) for step in _base_.test_pipeline
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader

load, views = _base_.tta_pipeline
resizes = [
    dict(type='Resize', scale=(int(2560 * r), int(640 * r)), keep_ratio=True)
    for r in _base_.tta_ratios
]
tta_pipeline = [load, dict(views, transforms=[resizes, *views['transforms'][1:]])]
