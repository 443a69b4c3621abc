# SPDX-License-Identifier: Apache-2.0
"""Keys and arguments of a config that nothing takes."""

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
    Mutation(
        'a setting of the model misspelt in the config',
        'boxes',
        config('model = dict(test_cfg=dict(rcnn=dict(score_thresh=0.1)))'),
        (r'model\.test_cfg\.rcnn\.score_thresh', 'score_thr'),
    ),
    Mutation(
        'a setting of the model beside its stage',
        'boxes',
        config('model = dict(test_cfg=dict(max_per_img=10))'),
        (r'model\.test_cfg\.max_per_img', r'test_cfg\.rcnn\.max_per_img'),
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
