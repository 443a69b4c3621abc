# Pascal VOC 2012 for semantic segmentation (http://host.robots.ox.ac.uk/pascal/VOC), as
# the archive unpacks. Label maps have the background as 0, the 20 classes as 1 to 20,
# and 255 along outlines.
_base_ = './ade20k.py'

dataset_type = 'PascalVOCDataset'
data_root = 'data/VOCdevkit/VOC2012'

annotations = dict(type='LoadAnnotations')
train_pipeline = [
    annotations if step['type'] == 'LoadAnnotations' else step
    for step in _base_.train_pipeline
]
test_pipeline = [
    annotations if step['type'] == 'LoadAnnotations' else step
    for step in _base_.test_pipeline
]
files = dict(
    type=dataset_type,
    data_root=data_root,
    data_prefix=dict(img_path='JPEGImages', seg_map_path='SegmentationClass'),
)
train_dataloader = dict(
    dataset=dict(
        **files,
        ann_file='ImageSets/Segmentation/train.txt',
        pipeline=train_pipeline,
    )
)
val_dataloader = dict(
    dataset=dict(
        **files, ann_file='ImageSets/Segmentation/val.txt', pipeline=test_pipeline
    )
)
test_dataloader = val_dataloader

load, views = _base_.tta_pipeline
resizes, flips, labels, pack = views['transforms']
tta_pipeline = [load, dict(views, transforms=[resizes, flips, [annotations], pack])]
