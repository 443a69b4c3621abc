# COCO 2017 detection, boxes only, augmented as in DETR and DINO: images without objects
# stay, and an image that is cropped is not limited in width before.
_base_ = './coco_detection_ms.py'

load, annotations, flip, choice, pack = _base_.train_pipeline
whole, (shorter, crop, resize) = choice['transforms']
long_scales = [(400, 4200), (500, 4200), (600, 4200)]
train_pipeline = [
    load,
    dict(type='LoadAnnotations', with_bbox=True),
    flip,
    dict(choice, transforms=[whole, [dict(shorter, scales=long_scales), crop, resize]]),
    pack,
]
train_dataloader = dict(
    dataset=dict(filter_cfg=dict(filter_empty_gt=False), pipeline=train_pipeline)
)
