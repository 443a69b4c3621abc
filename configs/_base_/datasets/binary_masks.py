# A template for binary masks, such as defects, lesions, cracks or roads: PNG files with
# 0 for the background and 1 for the foreground, in ADE20K's folders. From masks with
# other numbers or colors, `tools/prepare_data.py masks` writes these.
_base_ = './ade20k.py'

dataset_type = 'BaseSegDataset'
data_root = 'data/binary'
metainfo = dict(
    classes=('background', 'foreground'), palette=[(0, 0, 0), (255, 255, 255)]
)

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
    metainfo=metainfo,
    img_suffix='.jpg',
    seg_map_suffix='.png',
)
train_dataloader = dict(dataset=dict(**files, pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(**files, pipeline=test_pipeline))
test_dataloader = val_dataloader

# The IoU of the foreground is the figure to look at: the background's is high anyway.
val_evaluator = dict(iou_metrics=['mIoU', 'mDice'])
test_evaluator = val_evaluator

load, views = _base_.tta_pipeline
resizes, flips, labels, pack = views['transforms']
tta_pipeline = [load, dict(views, transforms=[resizes, flips, [annotations], pack])]
