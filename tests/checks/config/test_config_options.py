# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.config import load_config, merge_options

UPERNET, MASK_RCNN = 'upernet_convformer', 'mask_rcnn_convformer'


@pytest.fixture
def merge(root):
    def run(name, *options):
        cfg = load_config(str(root / f'configs/{name}.py'))
        merge_options(cfg, options)
        return cfg

    return run


@pytest.mark.parametrize(
    ('name', 'option'),
    [
        (UPERNET, 'train_dataloader.batch_size=4'),
        (UPERNET, 'randomness.seed=3'),
        (UPERNET, 'load_from=x.pth'),
        (UPERNET, 'resume=True'),
        (UPERNET, 'val_cfg=None'),
        (UPERNET, 'find_unused_parameters=True'),
        (UPERNET, 'compile=True'),
        (UPERNET, 'param_scheduler.1.end=5'),
        (UPERNET, 'train_dataloader.dataset.pipeline.2.scale=(9,9)'),
        (UPERNET, 'model.decode_head.init_cfg.std=0.1'),
        (UPERNET, 'train_dataloader.dataset.metainfo.anything=3'),
        (UPERNET, 'optim_wrapper.paramwise_cfg.custom_keys.my_part.lr_mult=0.1'),
        (UPERNET, 'optim_wrapper.clip_grad.max_norm=3'),
        (UPERNET, 'env_cfg.dist_cfg.timeout=3600'),
        (UPERNET, 'model.backbone=None'),
        (MASK_RCNN, 'model.test_cfg.rcnn.score_thr=0.1'),
        (MASK_RCNN, 'model.test_cfg.rcnn.mask_thr=0.1'),  # mmdet reads it
        (MASK_RCNN, 'train_dataloader.dataset.filter_cfg.min_size=3'),
    ],
)
def test_options_that_something_reads(merge, name, option):
    merge(name, option)


def test_a_hook_of_ones_own(merge):
    stop = 'default_hooks.early_stopping'
    cfg = merge(UPERNET, f'{stop}.type=EarlyStoppingHook', f'{stop}.monitor=mIoU')
    assert cfg.default_hooks.early_stopping.monitor == 'mIoU'


@pytest.mark.parametrize(
    ('name', 'option', 'message'),
    [
        (UPERNET, 'modle.backbone.x=1', "nothing reads a key 'modle'.*mean 'model'"),
        (UPERNET, 'optimizer.lr=1', 'Set optim_wrapper.optimizer'),
        (UPERNET, 'num_classes=3', 'num_classes has no effect.*--classes'),
        (UPERNET, 'data_root=x', 'data_root has no effect.*--data-root'),
        (
            UPERNET,
            'train_pipeline.0.x=1',
            'no effect.*Set train_dataloader.dataset.pipeline',
        ),
        (UPERNET, 'default_hooks.looger.interval=4', "mean 'logger'"),
        (UPERNET, 'model.decode_head.num_classes.x=1', 'is 150, which has no keys'),
        (UPERNET, 'load_from.x=1', 'load_from is None, which has no keys'),
        (UPERNET, 'train_dataloader.dataset.pipeline.9.x=1', 'entries 0 to 6'),
        (UPERNET, 'train_dataloader.dataset.pipeline.-1.x=1', 'entries 0 to 6'),
        (
            UPERNET,
            'train_dataloader.dataset.pipeline.2.scale.0=1',
            r'scale is the tuple \(2048, 512\)',
        ),
        (UPERNET, 'val_evaluator.0.x=3', 'is no list; it has the keys type'),
        (UPERNET, 'model..x=1', 'a part of the key is empty'),
        (UPERNET, 'model.backbone=s18', 'model.backbone is a mmmetaformer.ConvFormer'),
        (UPERNET, 'model.test_cfg.rcnn.score_th=0.1', "no key 'score_th'"),
        (UPERNET, 'model.backbone.arch=dict(depths=1,dims=2)', 'keys one by one'),
        (UPERNET, 'model.backbone.arch={depths:1}', 'keys one by one'),
        (UPERNET, 'model.backbone.out_indices=(1,2', 'cannot be read'),
        (MASK_RCNN, 'model.test_cfg.rcnn.score_th=0.1', "mean 'score_thr'"),
        (MASK_RCNN, 'model.train_cfg.rcnn.smapler.num=1', "mean 'sampler'"),
        (MASK_RCNN, 'train_dataloader.dataset.filter_cfg.min_sze=3', "'min_size'"),
    ],
)
def test_options_that_nothing_reads(merge, name, option, message):
    with pytest.raises(ConfigError, match=message):
        merge(name, option)


def test_a_string_keeps_its_spaces(merge):
    cfg = merge(UPERNET, 'work_dir=/tmp/my runs', 'model.test_cfg.stride=[3, 4]')
    assert cfg.work_dir == '/tmp/my runs'
    assert cfg.model.test_cfg.stride == [3, 4]
