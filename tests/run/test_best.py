# SPDX-License-Identifier: Apache-2.0
"""Which metric decides on the best checkpoint and on an early stop."""

import pytest
from mmengine.config import Config

from mmmetaformer.checks.config.monitors import check_monitors
from mmmetaformer.errors import ConfigError
from mmmetaformer.run.best import use_judgement


def config(root, name):
    return Config.fromfile(root / f'configs/{name}.py')


@pytest.mark.parametrize(
    ('name', 'metric'),
    [
        ('upernet_convformer', 'mIoU'),
        ('mask_rcnn_convformer', 'coco/segm_mAP'),
        ('retinanet_poolformer', 'coco/bbox_mAP'),
    ],
)
def test_the_metric_of_a_config(name, metric, root):
    cfg = config(root, name)
    use_judgement(cfg, 'auto', 3)
    checkpoint = cfg.default_hooks.checkpoint
    assert (checkpoint.save_best, checkpoint.rule) == (metric, 'greater')
    stop = cfg.custom_hooks[-1]
    assert (stop['type'], stop['monitor']) == ('EarlyStoppingHook', metric)
    assert (stop['rule'], stop['patience']) == ('greater', 3)
    check_monitors(cfg)


def test_patience_follows_the_best_checkpoint(root):
    cfg = config(root, 'mask_rcnn_convformer')
    use_judgement(cfg, 'bbox_mAP_50', 3)
    assert cfg.default_hooks.checkpoint.save_best == 'coco/bbox_mAP_50'
    assert cfg.custom_hooks[-1]['monitor'] == 'coco/bbox_mAP_50'


def test_the_rule_of_a_config_counts(root):
    cfg = config(root, 'upernet_convformer')
    cfg.default_hooks.checkpoint.update(save_best='mAcc', rule='less')
    use_judgement(cfg, 'mAcc', 3)
    assert cfg.default_hooks.checkpoint.rule == 'less'
    assert cfg.custom_hooks[-1]['rule'] == 'less'


def test_patience_replaces_the_hook_of_the_config(root):
    cfg = config(root, 'upernet_convformer')
    cfg.custom_hooks = [dict(type='EarlyStoppingHook', monitor='aAcc', patience=1)]
    use_judgement(cfg, None, 3)
    assert [hook['monitor'] for hook in cfg.custom_hooks] == ['mIoU']
    assert 'save_best' not in cfg.default_hooks.checkpoint


def test_auto_in_a_config_is_not_the_first_class(root):
    cfg = config(root, 'mask_rcnn_convformer')
    cfg.default_hooks.checkpoint.save_best = 'auto'
    use_judgement(cfg, None, None)
    assert cfg.default_hooks.checkpoint.save_best == 'coco/segm_mAP'


def test_a_metric_that_nothing_reports(root):
    cfg = config(root, 'upernet_convformer')
    use_judgement(cfg, 'miou', None)
    with pytest.raises(ConfigError, match="Did you mean 'mIoU'"):
        check_monitors(cfg)


def test_an_unknown_evaluator_needs_a_name(root):
    cfg = config(root, 'upernet_convformer')
    cfg.val_evaluator = dict(type='VOCMetric')
    with pytest.raises(ConfigError, match='--save-best does not know'):
        use_judgement(cfg, 'auto', None)
    use_judgement(cfg, 'pascal_voc/mAP', 2)
    assert cfg.custom_hooks[-1]['monitor'] == 'pascal_voc/mAP'


def test_a_config_without_checkpoints(root):
    cfg = config(root, 'upernet_convformer')
    del cfg.default_hooks['checkpoint']
    with pytest.raises(ConfigError, match=r'default_hooks\.checkpoint'):
        use_judgement(cfg, 'auto', None)
