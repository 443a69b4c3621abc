# COCO 2017 instance segmentation as RTMDet-Ins-L trains on it: mosaics of four images,
# mixed with one more. The last ten epochs take single images (`last_pipeline`).
# Mosaics are made of images that a loading process remembers, which no checkpoint has:
# a resumed run makes other mosaics than one that was not stopped (docs/resume.md).
_base_ = './coco_instance.py'

image_size = (640, 640)
load = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadAnnotations', with_bbox=True, with_mask=True, poly2mask=False),
]
crop = dict(
    type='RandomCrop',
    crop_size=image_size,
    recompute_bbox=True,
    allow_negative_crop=True,
)
resize = dict(type='RandomResize', ratio_range=(0.1, 2.0), keep_ratio=True)
pad = dict(type='Pad', size=image_size, pad_val=dict(img=(114, 114, 114)))
small = dict(type='FilterAnnotations', min_gt_bbox_wh=(1, 1))
colors = [dict(type='YOLOXHSVRandomAug'), dict(type='RandomFlip', prob=0.5)]
pack = dict(type='PackDetInputs')

train_pipeline = [
    *load,
    dict(type='CachedMosaic', img_scale=image_size, pad_val=114.0),
    dict(resize, scale=(1280, 1280)),
    crop,
    *colors,
    pad,
    dict(
        type='CachedMixUp',
        img_scale=image_size,
        ratio_range=(1.0, 1.0),
        max_cached_images=20,
        # As one number: OpenCV does not resize the integers that a tuple makes of it.
        pad_val=114.0,
    ),
    small,
    pack,
]
last_pipeline = [*load, dict(resize, scale=image_size), crop, small, *colors, pad, pack]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=image_size, keep_ratio=True),
    pad,
    dict(type='LoadAnnotations', with_bbox=True),
    _base_.test_pipeline[-1],
]
train_dataloader = dict(
    batch_size=32,  # on each of 4 GPUs
    num_workers=10,
    batch_sampler=None,
    pin_memory=True,
    dataset=dict(pipeline=train_pipeline),
)
val_dataloader = dict(
    batch_size=5, num_workers=10, dataset=dict(pipeline=test_pipeline)
)
test_dataloader = val_dataloader
val_evaluator = dict(proposal_nums=(100, 1, 10))
test_evaluator = val_evaluator
