# SPDX-License-Identifier: Apache-2.0
"""What is left of a file, against mmdet's own `CocoDataset`."""

import json

import numpy as np
import pytest
from coco_run import CocoRun
from large_file import write_large_file
from mmdet.datasets import CocoDataset

from mmmetaformer.checks.coco.check import training_images
from mmmetaformer.checks.coco.facts import Question, Selection
from mmmetaformer.checks.coco.find_facts import find_facts

CLASSES = tuple(f'class {i + 1}' for i in range(80))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / 'large.json'
    write_large_file(path, images=120, annotations=300)
    return path


def test_the_generated_file_is_sound(file):
    facts = find_facts(file, Question(masks=True))
    assert (facts.images, facts.annotations, facts.crowds) == (120, 300, 3)
    assert facts.faults == []


@pytest.mark.parametrize('classes', [CLASSES, CLASSES[:20]])
@pytest.mark.parametrize('filters', [{}, dict(filter_empty_gt=True, min_size=300)])
def test_as_mmdet_filters(file, classes, filters):
    rng = np.random.default_rng(0)
    content = json.loads(file.read_text())
    oddities = [
        dict(area=0),
        dict(iscrowd=1),
        dict(ignore=1),
        dict(bbox=[9, 9, 0.5, 9]),
    ]
    for entry in content['annotations']:
        if rng.random() < 0.4:
            entry.update(oddities[rng.integers(len(oddities))])
    file.write_text(json.dumps(content))
    data = CocoDataset(
        ann_file=str(file),
        data_prefix=dict(img=''),
        metainfo=dict(classes=classes),
        filter_cfg=filters,
        pipeline=[],
    )
    infos = [data.get_data_info(i) for i in range(len(data))]
    instances = [one for info in infos for one in info['instances']]
    crowds = sum(one['ignore_flag'] for one in instances)
    selection = Selection(
        classes, filters.get('filter_empty_gt', False), filters.get('min_size', 0)
    )
    (left,) = find_facts(file, Question(selections=(selection,))).left
    assert left.images == len(data)
    assert left.images + left.too_small + left.without_objects == 120
    assert (left.objects, left.crowds) == (len(instances) - crowds, crowds)
    labels = [one['bbox_label'] for one in instances if not one['ignore_flag']]
    assert left.per_class == np.bincount(labels, minlength=len(classes)).tolist()
    assert len(left.dropped) == 3


def test_the_images_of_a_run_are_those_that_mmdet_takes(tmp_path):
    run = CocoRun(tmp_path)
    run.train['images'][0].update(width=20)
    run.write()
    dataset = run.cfg.train_dataloader.dataset
    arguments = {k: v for k, v in dataset.items() if k not in ('type', 'pipeline')}
    built = CocoDataset(**arguments, data_prefix=dict(img=''), pipeline=[])
    assert training_images(run.cfg) == len(built) == 3
    dataset.indices = 2
    assert training_images(run.cfg) is None
    repeated = dict(type='RepeatDataset', times=2, dataset=dataset)
    run.cfg.train_dataloader.dataset = repeated
    assert training_images(run.cfg) is None
