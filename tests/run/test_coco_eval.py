# SPDX-License-Identifier: Apache-2.0
import pytest
from mmdet.evaluation.metrics import coco_metric
from mmengine.config import Config
from pycocotools.cocoeval import COCOeval

from mmmetaformer.compat.fast_coco_eval import FastCOCOeval, PlainCOCOeval
from mmmetaformer.run.coco_eval import choose_coco_eval


@pytest.mark.parametrize(
    ('evaluator', 'name', 'chosen'),
    [
        (dict(type='CocoMetric'), 'fast', FastCOCOeval),
        ([dict(type='mmdet.CocoMetric')], 'pycocotools', PlainCOCOeval),
        (dict(type='LVISMetric'), 'fast', COCOeval),
        (dict(type='IoUMetric'), 'fast', COCOeval),
        (None, 'fast', COCOeval),
    ],
)
def test_what_evaluates_coco_metric(evaluator, name, chosen, monkeypatch):
    monkeypatch.setattr(coco_metric, 'COCOeval', COCOeval)
    choose_coco_eval(Config(dict(val_evaluator=evaluator)), name, ['val'])
    assert coco_metric.COCOeval is chosen


def test_the_evaluators_of_other_splits_do_not_count(monkeypatch):
    monkeypatch.setattr(coco_metric, 'COCOeval', COCOeval)
    cfg = Config(dict(val_evaluator=dict(type='CocoMetric')))
    choose_coco_eval(cfg, 'fast', ['test'])
    assert coco_metric.COCOeval is COCOeval
