# LoveDA (arXiv 2110.08733), in the folders that mmseg's converter loveda.py writes.
# Label maps have the seven classes as 1 to 7, and 0 where nothing counts. Sizes and
# crops: mmseg's.
_base_ = './ade20k.py'

dataset_type = 'LoveDADataset'
data_root = 'data/loveDA'

test_pipeline = [
    dict(step, scale=(1024, 1024)) if step['type'] == 'Resize' else step
    for step in _base_.test_pipeline
]
train_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_prefix=dict(img_path='img_dir/train', seg_map_path='ann_dir/train'),
    )
)
val_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_prefix=dict(img_path='img_dir/val', seg_map_path='ann_dir/val'),
        pipeline=test_pipeline,
    )
)
test_dataloader = val_dataloader

load, views = _base_.tta_pipeline
resizes = [
    dict(type='Resize', scale=(int(1024 * r), int(1024 * r)), keep_ratio=True)
    for r in _base_.tta_ratios
]
tta_pipeline = [load, dict(views, transforms=[resizes, *views['transforms'][1:]])]
