# SPDX-License-Identifier: Apache-2.0
"""Values of a config that do not fit, and configs that cannot be read."""

from mutation import Mutation, config, options

# Values that do not fit to one another.
VALUES = [
    Mutation(
        'no workers that persist',
        'maps',
        options('train_dataloader.persistent_workers=True'),
        ('persistent_workers', 'num_workers'),
        ('refuse', 'work'),
    ),
    Mutation(
        'a crop larger than the padding',
        'maps',
        config('train_pipeline[3].update(crop_size=(80, 80))'),
        ('80', '64', 'data_preprocessor.size|crop_size'),
    ),
    Mutation(
        'a crop smaller than the padding, twice the work',
        'maps',
        config('train_pipeline[3].update(crop_size=(16, 16))'),
        ('16', '64', 'data_preprocessor.size|crop_size'),
        ('refuse', 'warn', 'work'),
    ),
    Mutation(
        'weights of two classes for three',
        'maps',
        config(
            'model.update(decode_head=dict(in_channels=[8, 8, 16, 16], channels=16, '
            'loss_decode=dict(class_weight=[1.0, 2.0])))'
        ),
        ('class_weight', r'\b3\b'),
    ),
    Mutation(
        'one image under batch norm',
        'maps',
        options('train_dataloader.batch_size=1'),
        ('batch_size=2|batch.size', 'norm'),
    ),
    Mutation(
        'validation every 0 steps',
        'maps',
        options('train_cfg.val_interval=0'),
        ('val_interval',),
        ('refuse', 'work'),
    ),
    Mutation(
        '0 steps', 'maps', options('train_cfg.max_iters=0'), ('max_iters', r'\b0\b')
    ),
    Mutation(
        '0 epochs', 'boxes', options('train_cfg.max_epochs=0'), ('max_epochs', r'\b0\b')
    ),
    Mutation(
        '-1 steps', 'maps', options('train_cfg.max_iters=-1'), ('max_iters', '-1')
    ),
    Mutation(
        'half a step', 'maps', options('train_cfg.max_iters=2.5'), ('max_iters', '2.5')
    ),
    Mutation(
        'with_cp that is a word',
        'maps',
        options('model.backbone.with_cp=maybe'),
        ('with_cp', 'maybe'),
    ),
    Mutation(
        'a drop path rate above 1',
        'maps',
        options('model.backbone.drop_path_rate=3'),
        ('drop_path_rate', '3'),
    ),
    Mutation(
        'more frozen stages than stages',
        'maps',
        options('model.backbone.frozen_stages=9'),
        ('frozen_stages', '9'),
    ),
    Mutation(
        'the best by a metric of detectors',
        'maps',
        options('default_hooks.checkpoint.save_best=coco/bbox_mAP'),
        ('save_best', 'bbox_mAP', 'mIoU'),
    ),
    Mutation(
        'the best by a misspelt metric',
        'boxes',
        options('default_hooks.checkpoint.save_best=coco/bbox_map'),
        ('save_best', 'bbox_map', 'bbox_mAP'),
    ),
    Mutation(
        'the best by masks of a detector of boxes',
        'boxes',
        options('default_hooks.checkpoint.save_best=coco/segm_mAP'),
        ('save_best', 'segm_mAP', 'bbox_mAP'),
    ),
    Mutation(
        'early stopping by what is not reported',
        'maps',
        config(
            "custom_hooks = [dict(type='EarlyStoppingHook', monitor='accuracy/top1')]"
        ),
        ('EarlyStoppingHook|custom_hooks', 'accuracy', 'mIoU'),
    ),
    Mutation(
        'a warm-up longer than the run',
        'maps',
        config('param_scheduler[0].update(end=1500)'),
        ('1,?500', r'\b8\b'),
        ('refuse', 'warn'),
    ),
    Mutation(
        'an output that no head reads',
        'maps',
        config(
            'model.update(auxiliary_head=dict(in_channels=8, channels=8, in_index=0), '
            'decode_head=dict(in_channels=[8, 8, 16], in_index=[0, 1, 2], channels=16))'
        ),
        ('output', r'\b3\b|last|fourth|out_indices'),
        ('refuse', 'warn'),
    ),
    Mutation(
        "mmdet's backbone and another's neck",
        'boxes',
        config("model.update(backbone=dict(_delete_=True, type='ResNet', depth=18))"),
        ('neck', 'in_channels', '512'),
    ),
    Mutation(
        'the heads of 150 classes',
        'maps',
        options('model.decode_head.num_classes=150'),
        ('num_classes', '150', r'\b3\b'),
    ),
    Mutation(
        'a rate that is a word',
        'maps',
        options('optim_wrapper.optimizer.lr=fast'),
        (r'\blr\b', 'fast'),
    ),
    Mutation(
        'a negative rate',
        'boxes',
        options('optim_wrapper.optimizer.lr=-0.1'),
        (r'\blr\b|learning rate', '-0.1'),
    ),
    Mutation(
        'a batch of 0',
        'boxes',
        options('train_dataloader.batch_size=0'),
        ('batch_size',),
    ),
    Mutation(
        'a batch that is a word',
        'boxes',
        options('train_dataloader.batch_size=two'),
        ('batch_size', 'two'),
    ),
    Mutation(
        '-1 workers',
        'boxes',
        options('train_dataloader.num_workers=-1'),
        ('num_workers',),
    ),
    Mutation(
        'validation data without its loop',
        'maps',
        config('val_cfg = None'),
        ('val_cfg',),
    ),
    Mutation(
        'reduce_zero_label in the data set against the pipeline',
        'maps',
        config('load.update(reduce_zero_label=False)'),
        ('reduce_zero_label',),
    ),
]


# A config that cannot be read.
BROKEN = [
    Mutation('a bracket missing', 'maps', config('model = dict('), ('run_.*py',)),
    Mutation(
        'a name that is not defined', 'maps', config('lr = base_lr * 2'), ('base_lr',)
    ),
    Mutation(
        'a base that is not there',
        'maps',
        lambda bench: setattr(
            bench, 'config', bench.config.replace('upernet_conv', 'upernet_konv')
        ),
        ('upernet_konvformer.py',),
    ),
    Mutation(
        'an import that is not there',
        'maps',
        config("custom_imports = dict(imports=['my_hooks'])"),
        ('my_hooks',),
    ),
    Mutation(
        'a work dir that is a file',
        'maps',
        lambda bench: bench.work_dir.write_text(''),
        ('work',),
    ),
]


# What shows only in validation, hours later.
VALIDATION = [
    Mutation(
        'no labels in the pipeline of val',
        'maps',
        config('del test_pipeline[2]'),
        ('LoadAnnotations|gt_sem_seg|val',),
    ),
    Mutation(
        'a metric that does not exist',
        'maps',
        config("val_evaluator = dict(iou_metrics=['mIOU'])"),
        ('mIOU', 'mIoU'),
    ),
    Mutation(
        'a metric of COCO that does not exist',
        'boxes',
        config("val_evaluator = dict(metric='bbx')"),
        ('bbx', 'bbox'),
    ),
    Mutation(
        'masks scored of a detector of boxes',
        'boxes',
        config("val_evaluator = dict(metric=['bbox', 'segm'])"),
        ('segm|masks',),
    ),
    Mutation(
        'the metric of detectors for a segmentor',
        'maps',
        config("val_evaluator = dict(_delete_=True, type='mmdet.CocoMetric')"),
        ('CocoMetric|val_evaluator',),
    ),
    Mutation(
        'meta keys that the metric needs',
        'boxes',
        config("test_pipeline[3].update(meta_keys=('img_path', 'img_shape'))"),
        ('meta_keys|img_id|ori_shape|scale_factor',),
    ),
    Mutation(
        'a test mode that does not exist',
        'maps',
        options('model.test_cfg.mode=slides'),
        ('slides|mode',),
    ),
    Mutation(
        'windows that leave gaps',
        'maps',
        options('model.test_cfg.stride=(120,120)', 'model.test_cfg.crop_size=(16,16)'),
        ('stride', '120'),
    ),
]
