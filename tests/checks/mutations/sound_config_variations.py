# SPDX-License-Identifier: Apache-2.0
"""Unusual configs in which nothing is wrong."""

from checkpoint_mutations import checkpoint, resumed
from mutation import Mutation, config, options


def no_validation(bench):
    bench.config += '\nval_cfg = None\nval_dataloader = None\nval_evaluator = None\n'


OWN_HOOK = """
custom_hooks = [
    dict(type='EMAHook', momentum=0.001),
    dict(type='EarlyStoppingHook', monitor='mIoU', rule='greater', patience=5),
]
"""


REPEATED = """
inner = dict(train_dataloader['dataset'], type='CocoDataset',
    data_root='data', ann_file='annotations/instances_train2017.json',
    data_prefix=dict(img='train2017/'))
train_dataloader['dataset'] = dict(
    _delete_=True, type='RepeatDataset', times=2, dataset=inner)
del inner
"""


ONE_CYCLE = """
param_scheduler = [
    dict(type='OneCycleLR', eta_max=1e-3, total_steps=8, by_epoch=False),
]
"""


CONFIGS = [
    *(
        Mutation(f'{" ".join(words)} after --cfg-options', base, options(*words))
        for base, *words in (
            ('maps', 'model.backbone.with_cp=True'),
            ('maps', 'model.backbone.frozen_stages=1'),
            ('maps', 'default_hooks.checkpoint.max_keep_ckpts=3'),
            ('maps', 'default_hooks.checkpoint.save_best=mIoU'),
            ('maps', 'default_hooks.checkpoint.save_best=auto'),
            ('boxes', 'default_hooks.checkpoint.save_best=coco/bbox_mAP_50'),
            ('maps', 'optim_wrapper.clip_grad.max_norm=1.0'),
            ('maps', 'optim_wrapper.accumulative_counts=2'),
            ('maps', 'randomness.seed=7', 'randomness.deterministic=True'),
            ('boxes', 'find_unused_parameters=True'),
            ('boxes', 'train_dataloader.dataset.indices=3'),
            ('boxes', 'train_dataloader.dataset.filter_cfg.min_size=8'),
            ('boxes', 'train_dataloader.pin_memory=True'),
            ('boxes', 'train_dataloader.batch_size=1'),
            ('boxes', 'val_evaluator.classwise=True'),
            ('boxes', 'model.train_cfg.rcnn.sampler.pos_fraction=0.5'),
            ('boxes', 'train_dataloader.dataset.pipeline.3.prob=0.0'),
            ('maps', 'visualizer.alpha=0.3'),
            ('maps', 'log_level=ERROR'),
        )
    ),
    Mutation('no validation', 'maps', no_validation),
    Mutation(
        'no validation by --cfg-options',
        'boxes',
        options('val_cfg=None', 'val_dataloader=None', 'val_evaluator=None'),
    ),
    Mutation(
        'variables of the user',
        'maps',
        config(
            "my_rate = 1e-3\nexperiment = dict(note='first', tags=['a', 'b'])\n"
            'optim_wrapper = dict(optimizer=dict(lr=my_rate))'
        ),
    ),
    Mutation(
        'a list of bases',
        'maps',
        lambda bench: setattr(
            bench,
            'config',
            bench.config.replace("_base_ = '", "_base_ = ['", 1).replace(
                "former.py'", "former.py']", 1
            ),
        ),
    ),
    Mutation(
        'SGD in the place of AdamW',
        'maps',
        config(
            "optim_wrapper = dict(optimizer=dict(_delete_=True, type='SGD', lr=0.01, "
            'momentum=0.9))'
        ),
    ),
    Mutation('no mixed precision', 'maps', lambda b: b.options.append('--no-amp')),
    Mutation('EMA', 'boxes', lambda b: b.options.append('--ema')),
    Mutation(
        'accumulation', 'boxes', lambda b: b.options.extend(['--accumulate', '2'])
    ),
    Mutation('hooks of the user', 'maps', config(OWN_HOOK)),
    Mutation('a schedule of one cycle', 'maps', config(ONE_CYCLE)),
    Mutation('no schedule', 'boxes', config('param_scheduler = []')),
    Mutation('a data set that is repeated', 'boxes', config(REPEATED)),
    Mutation(
        'plain batch norm and group norm',
        'maps',
        config(
            "model['decode_head']['norm_cfg'] = dict(type='BN', requires_grad=True)\n"
            "model['auxiliary_head']['norm_cfg'] = dict("
            "_delete_=True, type='GN', num_groups=4)"
        ),
    ),
    Mutation(
        'one image under group norm',
        'maps',
        config(
            "group = dict(_delete_=True, type='GN', num_groups=4)\n"
            "model['decode_head']['norm_cfg'] = group\n"
            "model['auxiliary_head']['norm_cfg'] = group\n"
            "train_dataloader['batch_size'] = 1"
        ),
    ),
    Mutation('no auxiliary head', 'maps', config('model.update(auxiliary_head=None)')),
    Mutation(
        'weights of three classes',
        'maps',
        config(
            "model['decode_head']['loss_decode'] = dict(class_weight=[1.0, 2.0, 3.0])"
        ),
    ),
    Mutation(
        'two losses',
        'maps',
        config(
            "model['decode_head']['loss_decode'] = [\n"
            "    dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0),\n"
            "    dict(type='DiceLoss', loss_weight=3.0)]"
        ),
    ),
    Mutation(
        "mmdet's own backbone with its neck",
        'boxes',
        config(
            "model['backbone'] = dict(_delete_=True, type='ResNet', depth=18)\n"
            "model['neck'] = dict(in_channels=[64, 128, 256, 512])"
        ),
    ),
    Mutation(
        'no crop',
        'maps',
        config("train_pipeline[2:4] = [dict(type='Resize', scale=(64, 64))]"),
    ),
    Mutation(
        'logging by another interval',
        'maps',
        config(
            'default_hooks = dict(logger=dict(interval=1, log_metric_by_epoch=False))'
        ),
    ),
    Mutation(
        'whole images in val',
        'maps',
        config("model['test_cfg'] = dict(_delete_=True, mode='whole')"),
    ),
    Mutation(
        'resume in the same run', 'maps', resumed(), proof=lambda o: 0 < o.lr < 1e-4
    ),
    Mutation(
        'start over an earlier run on purpose',
        'maps',
        lambda bench: (checkpoint(bench), bench.options.append('--overwrite')),
    ),
    Mutation(
        'a warm-up of a part of the run', 'maps', options('param_scheduler.0.end=3')
    ),
    Mutation('keys of the data after its own', 'maps', config('dataset_version = 3')),
]
