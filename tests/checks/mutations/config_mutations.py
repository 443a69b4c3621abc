# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a config or with the words after --cfg-options."""

from mutation import Mutation, config, options

# Configs of mmdet 2 and mmseg 0, and what their keys are called today.
OLD_KEYS = [
    Mutation(
        f'{key} of the old days',
        'maps',
        config(f'{key} = {value}'),
        (rf'\b{key}\b', new),
    )
    for key, value, new in (
        ('optimizer', "dict(type='SGD', lr=0.1)", 'optim_wrapper'),
        ('optimizer_config', 'dict(grad_clip=dict(max_norm=1))', 'optim_wrapper'),
        ('data', 'dict(samples_per_gpu=2, workers_per_gpu=2)', 'train_dataloader'),
        ('runner', "dict(type='IterBasedRunner', max_iters=80)", 'train_cfg'),
        ('evaluation', "dict(interval=2, metric='mIoU')", 'val_interval|val_evaluator'),
        ('lr_config', "dict(policy='poly', power=0.9)", 'param_scheduler'),
        ('checkpoint_config', 'dict(interval=2)', 'default_hooks'),
        ('log_config', 'dict(interval=1)', 'default_hooks|vis_backends|visualizer'),
        ('total_epochs', '12', 'train_cfg'),
        ('workflow', "[('train', 1), ('val', 1)]", 'workflow'),
    )
]

# Keys that nobody reads.
TYPOS = [
    Mutation(
        'a loader misspelt in the config',
        'maps',
        config('train_dataloadr = dict(batch_size=4)'),
        ('train_dataloadr', 'train_dataloader'),
    ),
    Mutation(
        'hooks misspelt in the config',
        'boxes',
        config('default_hook = dict(checkpoint=dict(interval=5))'),
        (r'default_hook\b', 'default_hooks'),
    ),
    *(
        Mutation(f'{word} after --cfg-options', base, options(word), says)
        for base, word, says in (
            ('maps', 'train_dataloader.batchsize=4', ('batchsize', 'batch_size')),
            ('maps', 'train_cfg.max_iter=100', (r'max_iter\b', 'max_iters')),
            ('maps', 'modle.backbone.with_cp=True', ('modle', r'\bmodel')),
            ('maps', 'model.decode_head.num_class=3', (r'num_class\b', 'num_classes')),
            ('boxes', 'model.backbone.drop_path=0.3', ('drop_path', 'drop_path_rate')),
            ('boxes', 'optim_wrapper.optimizer.lrate=0.1', ('lrate', r'\blr\b')),
            (
                'boxes',
                'optim_wraper.optimizer.lr=0.1',
                ('optim_wraper', 'optim_wrapper'),
            ),
            ('boxes', 'lr=0.1', (r'\blr\b',)),
            ('boxes', 'batch_size=4', ('batch_size', 'train_dataloader.batch_size')),
            ('boxes', 'train_dataloader.dataset.pipeline.9.type=Resize', ('9',)),
        )
    ),
]

# Arguments that a class does not have.
ARGUMENTS = [
    Mutation(
        'the betas of AdamW for SGD',
        'maps',
        config(
            "optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1, momentum=0.9))"
        ),
        ('SGD', 'betas', '_delete_'),
    ),
    Mutation(
        'a misspelt argument of the optimizer',
        'boxes',
        config('optim_wrapper = dict(optimizer=dict(weigth_decay=0.1))'),
        ('weigth_decay', 'weight_decay'),
    ),
    Mutation(
        'a hook that takes **kwargs',
        'maps',
        config('default_hooks = dict(checkpoint=dict(intervals=4))'),
        ('CheckpointHook', 'intervals', r'interval\b'),
    ),
    Mutation(
        'an argument of a custom hook',
        'boxes',
        config("custom_hooks = [dict(type='EMAHook', momentun=0.001)]"),
        ('EMAHook', 'momentun'),
    ),
    Mutation(
        'a transform of mmseg 0',
        'maps',
        config("train_pipeline[2] = dict(type='Resize', img_scale=(192, 80))"),
        ('Resize', 'img_scale', r'\bscale'),
    ),
    Mutation(
        'a transform of val',
        'boxes',
        config('test_pipeline[1].update(keep_ration=True)'),
        ('Resize', 'keep_ration', r'keep_ratio\b'),
    ),
    Mutation(
        'a transform that does not exist',
        'maps',
        config("train_pipeline.insert(3, dict(type='RandomFlipp'))"),
        ('RandomFlipp', r'RandomFlip\b'),
    ),
    Mutation(
        'Normalize and Collect of the old days',
        'maps',
        config(
            "train_pipeline[-1:] = [dict(type='DefaultFormatBundle'), "
            "dict(type='Collect', keys=['img'])]"
        ),
        ('DefaultFormatBundle|Collect',),
    ),
    Mutation(
        'an argument of a loss',
        'maps',
        config(
            'model.update(decode_head=dict(loss_decode=dict(loss_weigth=2.0), '
            'in_channels=[8, 8, 16, 16], channels=16))'
        ),
        ('CrossEntropyLoss', 'loss_weigth', 'loss_weight'),
    ),
    Mutation(
        'an argument of the scheduler',
        'maps',
        config('param_scheduler[1].update(powr=0.9)'),
        ('PolyLR', 'powr', r'power\b'),
    ),
    Mutation(
        'an argument of the visualizer',
        'boxes',
        config(
            "visualizer = dict(vis_backends=[dict(type='LocalVisBackend', save=1)])"
        ),
        ('LocalVisBackend', r'\bsave\b'),
    ),
    Mutation(
        'an argument of the evaluator',
        'maps',
        config("val_evaluator = dict(iou_metric=['mIoU'])"),
        ('IoUMetric', r'iou_metric\b', 'iou_metrics'),
    ),
    Mutation(
        'an argument of the data set',
        'boxes',
        config("train_dataloader['dataset'].update(filter_config=dict(min_size=8))"),
        ('CocoDataset', 'filter_config', 'filter_cfg'),
    ),
    Mutation(
        'an argument of the sampler',
        'maps',
        config('train_dataloader.update(sampler=dict(shuffles=True))'),
        ('InfiniteSampler', 'shuffles', 'shuffle'),
    ),
    Mutation(
        'an argument of the neck',
        'boxes',
        options('model.neck.num_out=5'),
        (r'num_out\b', 'num_outs'),
    ),
    Mutation(
        'an argument of a head in a list',
        'maps',
        config(
            "model.update(auxiliary_head=[dict(type='FCNHead', in_channels=16, "
            'in_index=2, channels=8, num_classes=3, kernel=3)])'
        ),
        ('FCNHead', r'\bkernel\b'),
    ),
    Mutation(
        'a head that does not exist',
        'maps',
        options('model.decode_head.type=UPerHed'),
        ('UPerHed',),
    ),
    Mutation(
        'a loop that does not exist',
        'maps',
        options('train_cfg.type=IterBasedTrainLop'),
        ('IterBasedTrainLop', 'IterBasedTrainLoop'),
    ),
    Mutation(
        'a data set that does not exist',
        'boxes',
        options('train_dataloader.dataset.type=CoccoDataset'),
        ('CoccoDataset', 'CocoDataset'),
    ),
]

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

CONFIGS = OLD_KEYS + TYPOS + ARGUMENTS + VALUES + BROKEN + VALIDATION
