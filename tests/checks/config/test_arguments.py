# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config
from mmengine.hooks import CheckpointHook, IterTimerHook
from torch import nn

from mmmetaformer.checks.config.arguments import check_arguments_of, wrong_arguments
from mmmetaformer.errors import ConfigError

SPLITS = ('train', 'val')


class OwnHead(nn.Module):
    def __init__(self, loss_cfg=None, pipeline=None):
        super().__init__()


@pytest.fixture(scope='module')
def detector(root):
    return Config.fromfile(root / 'configs/mask_rcnn_caformer.py')


@pytest.fixture(scope='module')
def segmentor(root):
    return Config.fromfile(root / 'configs/upernet_convformer.py')


def changed(cfg, change):
    content = cfg.to_dict()
    for path, value in change.items():
        node = content
        *outer, last = (int(k) if k.isdigit() else k for k in path.split('.'))
        for key in outer:
            node = node[key] if isinstance(key, int) else node.setdefault(key, {})
        node[last] = value
    return Config(content)


BACKBONE, OPTIMIZER = 'model.backbone', 'optim_wrapper.optimizer'
PIPELINE = 'train_dataloader.dataset.pipeline'


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({f'{OPTIMIZER}.momentun': 1}, r"AdamW has no argument 'momentun' \(optim_wr"),
        ({f'{OPTIMIZER}.type': 'AdamV'}, "'AdamV' is not registered.*mean 'Adam"),
        ({f'{OPTIMIZER}.lr': 'fast'}, "AdamW takes a number as lr, got 'fast'"),
        ({'optim_wrapper.clip_grad': dict(max_norms=1)}, "mean 'max_norm'"),
        ({'optim_wrapper.clip_grad': dict(clip_value=1)}, "no argument 'clip_value'"),
        ({'optim_wrapper.optimizr': dict()}, "AmpOptimWrapper has no argument 'opti"),
        ({'optim_wrapper.constructor': 'Param'}, "'Param' is not registered"),
        ({'optim_wrapper.paramwise_cfg.norm_decay_mlt': 0}, "mean 'norm_decay_mult'"),
        (
            {'optim_wrapper.paramwise_cfg.custom_keys': dict(head=dict(lr_mlt=1))},
            r"does not read 'lr_mlt' \(.*\['head'\]\). Did you mean 'lr_mult'",
        ),
        ({'param_scheduler.0.start_facter': 1}, r"LinearLR .*scheduler\[0\].*_factor'"),
        ({'param_scheduler': dict(type='PolyLR', powr=1)}, r'\(param_scheduler\)'),
        ({'train_cfg.max_iters': 'many'}, "takes a number as max_iters, got 'many'"),
        ({'train_cfg.max_epoch': 3}, 'IterBasedTrainLoop has no argument'),
        ({'val_cfg.fp': True}, "ValLoop has no argument 'fp' .val_cfg.*mean 'fp16'"),
        ({'train_dataloader.batch_size': 'four'}, 'a whole number from 1 up'),
        ({'train_dataloader.batch_size': -1}, 'a whole number from 1 up'),
        ({'val_dataloader.num_workers': -1}, 'a whole number from 0 up'),
        ({'val_dataloader.samples_per_gpu': 2}, "is 'batch_size' now"),
        ({'train_dataloader.sampler.shufle': True}, "InfiniteSampler has .*'shuffle'"),
        ({'train_dataloader.dataset.img_dir': 'x'}, r'data_prefix=dict\(img_path'),
        ({f'{PIPELINE}.0.type': 'Collect'}, r'PackSegInputs \(mmseg\) or PackDet'),
        ({f'{PIPELINE}.2.img_scale': 1}, "'img_scale' is 'scale' now"),
        ({f'{PIPELINE}.2.keep_ratios': 1}, "RandomResize has .*mean 'keep_ratio'"),
        ({f'{PIPELINE}.2.ratio_rnge': 1}, r'\(train_dataloader.dataset.pipeline\[2\]'),
        ({'val_evaluator.iou_metrcs': []}, "IoUMetric has no .*mean 'iou_metrics'"),
        ({'val_evaluator.type': 'IoUMetrics'}, r'\(val_evaluator\).*IoUMetric'),
        ({'default_hooks.checkpoint.intervall': 4}, "CheckpointHook .*'interval'"),
        ({'default_hooks.logger.type': 'LogerHook'}, "mean 'LoggerHook'"),
        ({'custom_hooks': [dict(type='EMAHook', momentm=1)]}, r'\(custom_hooks\.0\)'),
        ({'custom_hooks': [dict(type=IterTimerHook, a=1)]}, 'IterTimerHook has no'),
        (
            {'visualizer.vis_backends': [dict(type='WandbBackend')]},
            "mean 'WandbVisBackend'",
        ),
        ({'visualizer.vis_backend': []}, "mean 'vis_backends'"),
        ({'log_processor.windw_size': 1}, "mean 'window_size'"),
        ({'randomness': dict(sead=1)}, "randomness has no argument 'sead'.*'seed'"),
        ({'env_cfg.cudnn_benchmak': 1}, "mean 'cudnn_benchmark'"),
        ({'model.data_preprocessor.sizes': 1}, "SegDataPreProcessor has .*'size'"),
        ({'model.decode_head.loss_decode.type': 'CrossEntropyLos'}, 'CrossEntropyLoss'),
        ({'model.decode_head.loss_decode.loss_weigt': 1}, "mean 'loss_weight'"),
        ({'model.decode_head.norm_cfg.eps': 'small'}, r"got 'small' \(.*norm_cfg.eps"),
        ({'model.decode_head.pool_scale': 1}, "mean 'pool_scales'"),
        ({'model.type': 'EncoderDecodr'}, "mean 'EncoderDecoder'"),
        ({f'{BACKBONE}.with_cp': 'maybe'}, "takes True or False as with_cp, got 'may"),
        ({f'{BACKBONE}.type': 'mmmetaformer.CAFormr'}, "mean 'mmmetaformer.CAFormer'"),
        ({f'{BACKBONE}.type': 'ConvFormer'}, "Did you mean 'mmmetaformer.ConvFormer'"),
        ({f'{BACKBONE}.type': 'mmabsent.models.Net'}, 'pip install mmabsent'),
        ({f'{BACKBONE}.depth': 50}, "no argument 'depth' .model.backbone.*init_cfg.$"),
    ],
)
def test_what_is_wrong(segmentor, change, message):
    with pytest.raises(ConfigError, match=message) as error:
        check_arguments_of(changed(segmentor, change), SPLITS)
    assert len(str(error.value).splitlines()) <= 3


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (dict(typo=1), "PackDetInputs has no argument 'typo'"),
        (dict(type='PackDetInputz'), "mean 'PackDetInputs'"),
    ],
)
def test_a_switched_pipeline_is_checked(root, change, message):
    cfg = Config.fromfile(root / 'configs/rtmdet_ins_convformer.py')
    cfg.custom_hooks[-1].switch_pipeline[-1].update(change)
    with pytest.raises(ConfigError, match=message):
        check_arguments_of(cfg, SPLITS)


@pytest.mark.parametrize(
    'change',
    [
        {'custom_hooks': [dict(type=IterTimerHook, priority=3), CheckpointHook(1)]},
        {'custom_hooks': [dict(type='EMAHook', momentum=1e-4, update_buffers=True)]},
        {'default_hooks.timer': None},
        {'optim_wrapper.clip_grad': dict(type='value', clip_value=1)},
        {'optim_wrapper.clip_grad': None},
        {'optim_wrapper': dict(constructor=OwnHead, a=dict(optimizer=dict()))},
        {'train_dataloader.batch_sampler': dict(type='AspectRatioBatchSampler')},
        {'val_evaluator': dict(metrics=dict(type='CocoMetric'))},
        {'val_evaluator': [dict(type='CocoMetric'), dict(type='CocoMetric')]},
        {'param_scheduler': dict(main=[dict(type='ConstantLR')])},
        {'model.backbone': dict(type='ResNet', depth=50, _scope_='mmpretrain')},
        {'model.backbone.fast': False},
    ],
)
def test_what_works(detector, change):
    assert not list(wrong_arguments(changed(detector, change), SPLITS))


def test_what_is_missing(detector):
    cfg = changed(detector, {})
    del cfg.model.backbone['arch'], cfg.train_dataloader['dataset']
    wrong = [w.what for w in wrong_arguments(cfg, SPLITS)]
    assert sorted(wrong) == ["CAFormer needs 'arch'", "a data loader needs 'dataset'"]


def test_only_the_splits_of_the_run(segmentor):
    cfg = changed(segmentor, {f'{OPTIMIZER}.a': 1, 'val_dataloader.a': 1})
    check_arguments_of(cfg, ['test'])


def test_the_same_fault_in_several_places_is_one_line(segmentor):
    cfg = changed(segmentor, {'train_dataloader.a': 1, 'val_dataloader.a': 1})
    with pytest.raises(ConfigError, match=r'\(train_dataloader and 1 more\)'):
        check_arguments_of(cfg, SPLITS)


def test_what_a_base_config_brings(root, tmp_path):
    file = tmp_path / 'config.py'
    base = str(root / 'configs/upernet_convformer.py')
    text = f"_base_ = {base!r}\noptim_wrapper = dict(optimizer=dict(type='SGD'))\n"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"'betas'.*If it comes.*_delete_=True"):
        check_arguments_of(Config.fromfile(file), SPLITS)
    file.write_text(text.replace("type='SGD'", "type='SGD', betas=1"))
    with pytest.raises(ConfigError, match="'betas'") as error:
        check_arguments_of(Config.fromfile(file), SPLITS)
    assert '_delete_' not in str(error.value)
    file.write_text(text.replace("type='SGD'", "type='SGD', lr=1, _delete_=True"))
    check_arguments_of(Config.fromfile(file), SPLITS)


def test_only_its_author_knows_what_an_own_argument_holds(segmentor):
    head = dict(type=OwnHead, loss_cfg=dict(type='soft', a=1))
    assert not list(wrong_arguments(changed(segmentor, {'model.neck': head}), SPLITS))
    head['pipeline'] = [dict(type='Resize', scale=1, a=1)]
    wrong = list(wrong_arguments(changed(segmentor, {'model.neck': head}), SPLITS))
    assert [w.path for w in wrong] == ['model.neck.pipeline[0]']


def test_token_mixers_are_the_backbones_business(segmentor):
    mixer = dict(type='one_of_the_users_own', shift=1)
    family = 'mmmetaformer.MetaFormer'
    change = {
        'model.backbone.type': family,
        'model.backbone.token_mixers': ['sep_conv', mixer, mixer, mixer],
    }
    assert list(wrong_arguments(changed(segmentor, change), SPLITS)) == []
