# Cityscapes (https://www.cityscapes-dataset.com), as the archives unpack, with
# label maps from cityscapesscripts' createTrainIdLabelImgs. Sizes and crops: mmseg's.
# Label maps have the 19 classes as 0 to 18, and 255 elsewhere.
_base_ = './ade20k.py'

dataset_type = 'CityscapesDataset'
data_root = 'data/cityscapes/'
train_crop = (512, 1024)

changes = {
    'LoadAnnotations': dict(reduce_zero_label=False),
    'RandomResize': dict(scale=(2048, 1024)),
    'Resize': dict(scale=(2048, 1024)),
    'RandomCrop': dict(crop_size=train_crop),
}
train_pipeline = [
    dict(step, **changes.get(step['type'], {})) for step in _base_.train_pipeline
]
test_pipeline = [
    dict(step, **changes.get(step['type'], {})) for step in _base_.test_pipeline
]
train_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_prefix=dict(img_path='leftImg8bit/train', seg_map_path='gtFine/train'),
        pipeline=train_pipeline,
    )
)
val_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_prefix=dict(img_path='leftImg8bit/val', seg_map_path='gtFine/val'),
        pipeline=test_pipeline,
    )
)
test_dataloader = val_dataloader

load, views = _base_.tta_pipeline
flips, pack = views['transforms'][1], views['transforms'][3]
resizes = [
    dict(type='Resize', scale=(int(2048 * r), int(1024 * r)), keep_ratio=True)
    for r in _base_.tta_ratios
]
tta_pipeline = [
    load,
    dict(views, transforms=[resizes, flips, [dict(type='LoadAnnotations')], pack]),
]
