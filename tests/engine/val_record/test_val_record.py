# SPDX-License-Identifier: Apache-2.0
import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmdet.datasets.api_wrappers import COCO
from mmdet.evaluation import VOCMetric
from mmengine.structures import InstanceData, PixelData
from mmseg.evaluation import IoUMetric

from mmmetaformer.engine.val_record import ValidationRecordHook, read_record
from mmmetaformer.engine.val_record import hook as val_hook
from mmmetaformer.engine.val_record.extremes import Extremes
from mmmetaformer.engine.val_record.file import RECORD, Record, write_record
from mmmetaformer.engine.val_record.instances import f1_of
from mmmetaformer.engine.val_record.label_maps import confusion_of, mean_iou
from mmmetaformer.engine.val_record.truth import truth_of

CLASSES = ('sky', 'sea', 'sand')


class Sample(dict):
    def __getattr__(self, name):
        return self[name]


def label_map_sample(seed):
    generator = torch.Generator().manual_seed(seed)
    true = torch.randint(0, 3, (9, 7), generator=generator)
    true[0] = 255
    found = torch.randint(0, 3, (9, 7), generator=generator)
    return Sample(
        img_path=f'{seed}.png',
        gt_sem_seg=PixelData(data=true[None]),
        pred_sem_seg=PixelData(data=found[None]),
    )


def test_confusion_matrix_has_the_iou_of_the_metric():
    total = np.zeros((3, 3))
    areas = []
    for seed in range(5):
        sample = label_map_sample(seed)
        maps = sample.pred_sem_seg.data[0], sample.gt_sem_seg.data[0]
        total += confusion_of(*maps, 3, 255)
        areas.append(IoUMetric.intersect_and_union(*maps, 3, 255))
    sums = [sum(one) for one in zip(*areas, strict=True)]
    metrics = IoUMetric.total_area_to_metrics(*sums, ['mIoU'])
    right = total.diagonal()
    np.testing.assert_allclose(
        right / (total.sum(0) + total.sum(1) - right), metrics['IoU'], rtol=1e-6
    )


def test_score_of_an_image_counts_the_classes_that_are_there():
    assert mean_iou(np.array([[4, 0, 0], [2, 2, 0], [0, 0, 0]])) == pytest.approx(
        (4 / 6 + 2 / 4) / 2
    )
    assert math.isnan(mean_iou(np.zeros((2, 2))))


def test_labels_that_are_no_class_do_not_count():
    true = torch.tensor([[0, 7, 255]])
    assert confusion_of(torch.zeros_like(true), true, 2, 255).sum() == 1


def test_extremes_are_the_worst_and_the_best():
    scores = np.random.default_rng(0).permutation(50) / 50
    whole, halves = Extremes(each=3), [Extremes(each=3), Extremes(each=3)]
    asked = []
    for index, score in enumerate(scores):

        def content(index=index):
            asked.append(index)
            return dict(path=str(index))

        whole.offer(index, score, content)
        halves[index % 2].offer(index, score, dict)
    whole.offer(99, math.nan, dict)
    kept = [picture.score for picture in whole.pictures]
    assert kept == sorted([*sorted(scores)[:3], *sorted(scores)[-3:]])
    assert len(asked) < 30
    halves[0].add(halves[1].pictures)
    assert [picture.score for picture in halves[0].pictures] == kept


def test_f1_of_an_image():
    box = np.array([[0, 0, 10, 10]], float)
    far = box + 100
    one, two = np.array([1]), np.array([2])
    assert f1_of(box, one, box, one) == 1
    assert f1_of(box, one, box, two) == 0
    assert f1_of(np.vstack([box, box]), np.array([1, 1]), box, one) == 2 / 3
    assert f1_of(box, one, np.vstack([box, far]), np.array([1, 1])) == 2 / 3
    assert math.isnan(f1_of(box[:0], one[:0], box[:0], one[:0]))


def coco_metric(tmp_path):
    content = dict(
        images=[dict(id=i, file_name=f'{i}.jpg', width=40, height=30) for i in (5, 6)],
        categories=[dict(id=8, name='dog'), dict(id=3, name='cat')],
        annotations=[
            dict(
                id=1,
                image_id=5,
                category_id=3,
                bbox=[2, 4, 10, 6],
                area=60,
                iscrowd=0,
                segmentation=[[2, 4, 12, 4, 12, 10, 2, 10]],
            )
        ],
    )
    file = tmp_path / 'annotations.json'
    file.write_text(json.dumps(content))
    return SimpleNamespace(_coco_api=COCO(str(file)))


def test_truth_has_the_numbers_of_the_metric(tmp_path):
    """Labels count in the order of the annotation file, as CocoMetric's do."""
    metric = coco_metric(tmp_path)
    ids = metric._coco_api.get_cat_ids(cat_names=['cat', 'dog'])
    truth = truth_of([object(), metric], ['cat', 'dog']).of(SimpleNamespace(img_id=5))
    assert ids[truth.labels[0]] == 3
    assert truth.boxes.tolist() == [[2, 4, 12, 10]]
    assert truth.masks()[0]['size'] == [30, 40]
    assert truth_of([object()], ['cat']) is None


def test_truth_of_voc_is_that_of_the_sample():
    def objects(*labels):
        boxes = torch.tensor([[2.0, 4, 12, 10]]).repeat(len(labels), 1)
        return InstanceData(bboxes=boxes, labels=torch.tensor(labels, dtype=int))

    truths = truth_of([object(), VOCMetric()], ['cat', 'dog'])
    sample = SimpleNamespace(gt_instances=objects(1, 0), ignored_instances=objects(1))
    truth = truths.of(sample)
    assert truth.boxes.tolist() == [[2, 4, 12, 10]] * 3
    assert (truth.labels.tolist(), truth.crowd.tolist()) == ([1, 0, 1], [0, 0, 1])
    sample.ignored_instances = objects()
    assert truths.of(sample).crowd.tolist() == [0, 0]


def runner_of(folder, metrics, rank=0, world_size=1, images=3, classes=CLASSES):
    class Images(list):
        metainfo = dict(classes=classes, palette=[(1, 2, 3)] * 3)

    return SimpleNamespace(
        rank=rank,
        world_size=world_size,
        iter=7,
        epoch=0,
        log_dir=str(folder),
        val_dataloader=SimpleNamespace(dataset=Images(range(images))),
        val_loop=SimpleNamespace(evaluator=SimpleNamespace(metrics=metrics)),
    )


def test_hook_writes_a_record(tmp_path):
    hook = ValidationRecordHook()
    runner = runner_of(tmp_path, [SimpleNamespace(ignore_index=255)])
    for _ in range(2):  # the second validation replaces the first
        hook.before_val_epoch(runner)
        for index in range(3):
            hook.after_val_iter(runner, index, outputs=[label_map_sample(index)])
        hook.after_val_epoch(runner, metrics=dict(mIoU=np.float32(12.5)))
    record = read_record(tmp_path)
    assert record.arrays['confusion'].sum() == 3 * 8 * 7
    assert record.facts['names'] == list(CLASSES)
    assert record.facts['step'] == 7
    assert sorted(p['path'] for p in record.facts['pictures']) == [
        '0.png',
        '1.png',
        '2.png',
    ]
    assert record.arrays['predicted_0'].shape == (9, 7)


def test_hook_of_a_detector(tmp_path):
    hook = ValidationRecordHook()
    runner = runner_of(
        tmp_path, [coco_metric(tmp_path)], images=2, classes=('cat', 'dog')
    )
    for image, score in ((5, 0.9), (6, 0.2)):
        found = InstanceData(
            bboxes=torch.tensor([[0, 0, 1, 1], [2.0, 4, 12, 10]]),
            labels=torch.tensor([1, 1]),
            scores=torch.tensor([0.1, score]),
            masks=torch.ones(2, 30, 40, dtype=torch.bool),
        )
        sample = Sample(
            img_id=image,
            img_path=f'{image}.jpg',
            ori_shape=(30, 40),
            pred_instances=found,
        )
        hook.after_val_iter(runner, 0, outputs=[sample])
    hook.after_val_epoch(runner, metrics={})
    record = read_record(tmp_path)
    assert record.arrays['detections_per_image'].tolist() == [2, 2]
    assert record.arrays['truths_per_image'].tolist() == [1, 0]
    # The best detection first; the image without objects and detections has no score.
    assert record.arrays['detections'][0, 5] == pytest.approx(0.9)
    (picture,) = record.facts['pictures']
    assert picture['score'] == 1
    assert picture['masks'][0]['size'] == picture['true_masks'][0]['size'] == [30, 40]


def test_images_that_a_sampler_repeats_count_once(tmp_path, monkeypatch):
    """Three images in two processes: the second one gets the first image again."""
    parts = []

    def gathered(part, size):
        parts.extend(part)
        return parts if len(parts) == size else None

    monkeypatch.setattr(val_hook, 'gather_results', gathered)
    for rank in (1, 0):
        hook = ValidationRecordHook()
        runner = runner_of(tmp_path, [], rank, world_size=2)
        for index in ([0, 2], [1, 0])[rank]:
            hook.after_val_iter(runner, 0, outputs=[label_map_sample(index)])
        hook.after_val_epoch(runner)
    record = read_record(tmp_path)
    assert sorted(one['index'] for one in record.facts['pictures']) == [0, 1, 2]
    assert record.arrays['confusion'].sum() == 3 * 8 * 7


def test_other_models_leave_no_record(tmp_path):
    hook = ValidationRecordHook()
    runner = runner_of(tmp_path, [])
    hook.after_val_iter(runner, 0, outputs=[Sample(pred_label=1)])
    hook.after_val_epoch(runner, metrics={})
    assert read_record(tmp_path) is None


def test_file_that_is_no_record(tmp_path):
    write_record(tmp_path, Record(dict(kind='x'), dict(a=np.arange(3))))
    assert read_record(tmp_path).arrays['a'].tolist() == [0, 1, 2]
    whole = (tmp_path / RECORD).read_bytes()
    for content in (whole[:50], b'', b'PK\3\4'):
        (tmp_path / RECORD).write_bytes(content)
        assert read_record(tmp_path) is None
