# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.checks.config.monitors import check_monitors
from mmmetaformer.errors import ConfigError

IOU = dict(type='IoUMetric', iou_metrics=['mIoU'])
COCO = dict(type='CocoMetric', metric=['bbox', 'segm'])


def check(evaluator, save_best=None, monitor=None, val=True, scope='mmdet', **hook):
    hooks = dict(checkpoint=dict(type='CheckpointHook', save_best=save_best, **hook))
    if monitor:
        hooks['stop'] = dict(type='EarlyStoppingHook', monitor=monitor, **hook)
    loader = dict(dataset=dict(type='D', metainfo=dict(classes=('cat', 'dog'))))
    check_monitors(
        Config(
            dict(
                default_scope=scope,
                train_cfg=dict(max_epochs=1),
                val_cfg=dict() if val else None,
                val_dataloader=loader,
                val_evaluator=evaluator,
                default_hooks=hooks,
            )
        )
    )


@pytest.mark.parametrize(
    ('evaluator', 'name'),
    [
        (IOU, None),
        (IOU, 'auto'),
        (IOU, 'mIoU'),
        (IOU, ['mIoU', 'aAcc', 'mAcc']),
        (dict(IOU, iou_metrics=['mDice', 'mFscore']), ['mDice', 'mPrecision']),
        (dict(IOU, prefix='val'), 'val/mIoU'),
        (COCO, 'coco/bbox_mAP'),
        (COCO, 'coco/segm_mAP_50'),
        (dict(COCO, metric='bbox', classwise=True), 'coco/cat_precision'),
        (dict(COCO, metric='proposal_fast'), 'coco/AR@300'),
        (dict(COCO, metric_items=['mAP_75']), 'coco/bbox_mAP_75'),
        (dict(COCO, prefix='mine'), 'mine/bbox_mAP'),
        ([COCO, dict(type='VOCMetric')], 'pascal_voc/mAP'),
        (dict(type='MyMetric'), 'loss_of_mine'),
    ],
)
def test_reported_metrics(evaluator, name):
    check(evaluator, save_best=name)
    if isinstance(name, str) and name != 'auto':
        check(evaluator, monitor=name)


@pytest.mark.parametrize(
    ('evaluator', 'name', 'message'),
    [
        (IOU, 'mIou', "save_best is 'mIou'.*Did you mean 'mIoU'.*aAcc, mIoU, mAcc"),
        (IOU, ['mIoU', 'mDice'], "is 'mDice', which the evaluator does not report"),
        (IOU, 'miou', "Did you mean 'mIoU'"),
        (COCO, 'bbox_mAP', "Did you mean 'coco/bbox_mAP'"),
        (dict(COCO, metric='bbox'), 'coco/segm_mAP', 'does not report'),
        (dict(COCO, metric_items=['mAP']), 'coco/bbox_mAP_50', 'does not report'),
        (dict(COCO, classwise=True), 'coco/bird_precision', 'does not report'),
        (dict(COCO, format_only=True), 'coco/bbox_mAP', r'nothing \(format_only\)'),
        (dict(IOU, iou_metrics=['mFscore']), 'mRecall', 'checkpoint.rule to'),
        (dict(type='MyMetric'), 'quality', "checkpoint.rule to 'greater' or 'less'"),
    ],
)
def test_metrics_that_nothing_reports(evaluator, name, message):
    with pytest.raises(ConfigError, match=message):
        check(evaluator, save_best=name)


def test_early_stopping_and_validation_that_is_off():
    with pytest.raises(ConfigError, match="stop.monitor is 'miou'"):
        check(IOU, monitor='miou')
    check(dict(type='MyMetric'), 'quality', rule='greater')
    check(IOU, val=False)
    with pytest.raises(ConfigError, match='validation is off'):
        check(IOU, 'mIoU', val=False)
