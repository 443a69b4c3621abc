# SPDX-License-Identifier: Apache-2.0
import copy
import json
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from made_detections import HEIGHT, WIDTH, make_detections
from mmdet.datasets import api_wrappers
from mmdet.evaluation import CocoMetric
from mmdet.evaluation.metrics import coco_metric, ov_coco_metric
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from mmmetaformer.compat import fast_coco_eval
from mmmetaformer.compat.fast_coco_eval import (
    FastCOCOeval,
    PlainCOCOeval,
    use_coco_eval,
)

INSTALLED = find_spec('faster_coco_eval') is not None
FOUND = f'faster-coco-eval {version("faster-coco-eval")}' if INSTALLED else ''
ARRAYS = ('precision', 'recall', 'scores')


@pytest.fixture(scope='module')
def made():
    return make_detections(30, classes=4)


@pytest.fixture
def few():
    return make_detections(8, classes=3, many=False)


@pytest.fixture
def installed():
    if not INSTALLED:
        pytest.skip('needs faster-coco-eval')


@pytest.fixture
def log(monkeypatch):
    """The lines about what evaluates."""
    lines = []

    def note(line, logger):
        assert logger == 'current'
        lines.append(line)

    monkeypatch.setattr(fast_coco_eval, 'print_log', note)
    return lines


@pytest.fixture(autouse=True)
def _restored(monkeypatch):
    monkeypatch.setattr(coco_metric, 'COCOeval', COCOeval)


@pytest.mark.parametrize('use_cats', [1, 0])
@pytest.mark.parametrize('kind', ['bbox', 'segm'])
def test_numbers_are_those_of_pycocotools(installed, made, kind, use_cats, log):
    ours = evaluated(FastCOCOeval, made, kind, use_cats)
    assert log == [f'COCO evaluation of {kind}: {FOUND}']
    theirs = evaluated(COCOeval, made, kind, use_cats)
    for name in ARRAYS:
        np.testing.assert_allclose(ours.eval[name], theirs.eval[name], 0, 1e-9)
    np.testing.assert_allclose(ours.stats, theirs.stats, 0, 1e-9)
    assert 0.05 < ours.stats[1] < 0.95  # neither nothing nor everything is found
    assert ours.eval['counts'] == theirs.eval['counts']
    assert ours.params.maxDets == theirs.params.maxDets
    assert not any('rle' in one for one in ours.cocoGt.dataset['annotations'])


def test_annotation_0_counts_as_it_does_for_pycocotools(installed, few):
    truth = few[0]['annotations']
    for number, one in enumerate(truth):
        one.update(id=number, iscrowd=0)
    keys = ('image_id', 'category_id', 'bbox')
    perfect = [{k: one[k] for k in keys} | dict(score=0.9) for one in truth]
    both = [
        evaluated(kind, (few[0], perfect), 'bbox') for kind in (FastCOCOeval, COCOeval)
    ]
    assert both[0].stats.tolist() == pytest.approx(both[1].stats.tolist(), abs=1e-9)


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (lambda truth, found: truth[0].update(id=-3), 'annotation -3 has id -3'),
        (
            lambda truth, found: truth[0].update(id=2**53),
            f'annotation {2**53} has id {2**53}',
        ),
        (
            lambda truth, found: truth[2].update(iscrowd=0.5),
            'annotation 3 has iscrowd 0.5',
        ),
        (
            lambda truth, found: truth[2].update(bbox=[float('nan')] * 4),
            'annotation 3 has bbox [nan, nan, nan, nan]',
        ),
        (
            lambda truth, found: found[2].update(bbox=[float('nan')] * 4),
            'a prediction has a bbox that is not finite',
        ),
        (
            lambda truth, found: found[2].update(score=float('nan')),
            'a prediction has a score that is not finite',
        ),
    ],
)
def test_pycocotools_where_the_numbers_may_differ(installed, few, change, words, log):
    data, found = few
    change(data['annotations'], found)
    ours = evaluated(FastCOCOeval, few, 'bbox')
    assert log == [f'COCO evaluation of bbox: pycocotools, because {words}']
    theirs = evaluated(COCOeval, few, 'bbox')
    np.testing.assert_array_equal(ours.stats, theirs.stats)


def test_images_with_names_as_ids(installed, few, log):
    data, found = few
    for one in data['images']:
        one['id'] = str(one['id'])
    for one in data['annotations'] + found:
        one['image_id'] = str(one['image_id'])
    assert evaluated(FastCOCOeval, few, 'bbox').evalImgs  # pycocotools' own
    assert 'an id of an image or a class is not a whole number' in log[0]


def test_without_the_package(few, log, monkeypatch):
    monkeypatch.setattr(fast_coco_eval, 'find_spec', lambda name: None)
    assert evaluated(FastCOCOeval, few, 'bbox').evalImgs
    (line,) = log
    assert line.endswith('pycocotools, because faster-coco-eval is not installed')


def test_an_older_package(installed, few, log, monkeypatch):
    monkeypatch.setattr(fast_coco_eval, 'version', lambda name: '1.6.5')
    assert evaluated(FastCOCOeval, few, 'bbox').evalImgs
    assert log[0].endswith('because faster-coco-eval 1.6.5 is older than 1.8')


@pytest.mark.parametrize(
    'options',
    [
        dict(metric=['bbox', 'segm', 'proposal'], classwise=True),
        dict(metric='bbox', metric_items=['mAP_50', 'AR@300', 'AR_s@1000']),
        dict(metric='bbox', proposal_nums=(1, 10, 100), iou_thrs=np.array([0.5, 0.6])),
    ],
)
def test_the_metric_reports_the_same(installed, made, options, tmp_path, log):
    file = tmp_path / 'truth.json'
    file.write_text(json.dumps(made[0]))
    reported = []
    for fast in (True, False):
        use_coco_eval(fast)
        reported.append(results(CocoMetric(str(file), **options), made))
    assert reported[0] == pytest.approx(reported[1], abs=1e-9, nan_ok=True)
    names = [line.split(': ')[1] for line in log]
    half = len(names) // 2
    assert names == [FOUND] * half + ['pycocotools'] * half
    assert half > 0


def test_only_coco_metric_changes():
    use_coco_eval(fast=True)
    assert coco_metric.COCOeval is FastCOCOeval
    assert ov_coco_metric.COCOeval is api_wrappers.COCOeval is COCOeval
    use_coco_eval(fast=False)
    assert coco_metric.COCOeval is PlainCOCOeval


def evaluated(evaluation, made, kind, use_cats=1):
    """Evaluate as `CocoMetric` does."""
    truth = COCO()
    truth.dataset, found = copy.deepcopy(made)
    truth.createIndex()
    if kind == 'segm':
        for one in found:
            one.pop('bbox')
    one = evaluation(truth, truth.loadRes(found), kind)
    one.params.maxDets = [100, 300, 1000]
    one.params.useCats = use_cats
    one.evaluate()
    one.accumulate()
    one.summarize()
    return one


def results(metric, made):
    """Return what a metric reports of the predictions."""
    data, found = made
    metric.dataset_meta = dict(classes=[one['name'] for one in data['categories']])
    labels = {one['id']: label for label, one in enumerate(data['categories'])}
    for image in data['images']:
        own = [one for one in found if one['image_id'] == image['id']]
        boxes = torch.tensor([one['bbox'] for one in own]).reshape(-1, 4)
        boxes[:, 2:] += boxes[:, :2]
        predicted = dict(
            bboxes=boxes,
            scores=torch.tensor([one['score'] for one in own]),
            labels=torch.tensor([labels[one['category_id']] for one in own]),
            masks=[
                dict(
                    size=[HEIGHT, WIDTH], counts=one['segmentation']['counts'].encode()
                )
                for one in own
            ],
        )
        sample = dict(
            img_id=image['id'],
            ori_shape=(HEIGHT, WIDTH),
            pred_instances=predicted,
            instances=[],
        )
        metric.process({}, [sample])
    return metric.evaluate(size=len(data['images']))
