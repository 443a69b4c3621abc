# SPDX-License-Identifier: Apache-2.0
import re

import pytest
from coco_run import CocoRun
from mmdet.datasets import CocoDataset


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    return CocoRun(tmp_path, names=('dog', 'traffic cone'))


def name_classes(run, *classes, **metainfo):
    for split in ('train', 'val'):
        dataset = run.cfg[f'{split}_dataloader'].dataset
        dataset.metainfo = dict(classes=classes, **metainfo)


def add_bird(content, objects=True):
    content['categories'].append(dict(id=9, name='bird'))
    if objects:
        content['annotations'][0]['category_id'] = 9


def test_without_classes_those_of_coco_are_no_match(run):
    for split in ('train', 'val'):
        del run.cfg[f'{split}_dataloader'].dataset['metainfo']
    (train, val), _ = run.faults()
    assert train == (
        f'{run.root}/train.json has the 2 categories dog, traffic cone; the config has '
        '80: person, bicycle, car and 77 more. For the classes of the file: --classes '
        "dog 'traffic cone'"
    )
    assert 'val.json' in val


def test_another_order_is_refused(run):
    name_classes(run, 'traffic cone', 'dog')
    run.write()
    config = dict(run.cfg.train_dataloader.dataset, data_prefix=dict(img=''))
    del config['type'], config['pipeline']
    dataset = CocoDataset(pipeline=[], **config)
    first = dataset.get_data_info(0)['instances'][0]
    assert first['bbox_label'] == 0  # a dog, which mmdet would call a traffic cone
    errors, _ = run.faults()
    assert "Write them as --classes dog 'traffic cone'" in errors[0]


def test_a_misspelt_name(run):
    name_classes(run, 'dogs', 'traffic cone')
    errors, _ = run.faults()
    assert re.search(r"no category 'dogs'.*Did you mean 'dog'\?", errors[0])


def test_some_of_the_categories_need_the_option(run):
    for content in (run.train, run.val):
        add_bird(content)
    errors, _ = run.faults()
    assert re.search(
        r'1 category more than the run has classes: bird \(1 objects?\).*'
        r"--classes dog 'traffic cone' bird; .* add --subset",
        errors[0],
    )
    name_classes(run, 'dog', 'traffic cone', subset=True)
    assert run.faults() == ([], [])
    name_classes(run, 'traffic cone', 'dog', subset=True)
    assert 'order' in run.faults()[0][0]


def test_a_category_without_objects_may_be_left_out(run):
    add_bird(run.train, objects=False)
    assert run.faults() == ([], [])


def test_a_background_without_objects_is_no_class_to_propose(run):
    """labelme writes one; with objects it is like any other."""
    for content in (run.train, run.val):
        content['categories'].insert(0, dict(id=0, name='_background_'))
    name_classes(run, 'cat', 'cow')
    errors, _ = run.faults()
    assert "--classes dog 'traffic cone'" in errors[0]
    name_classes(run, 'dog', 'traffic cone')
    assert run.faults() == ([], [])
    run.train['annotations'][0]['category_id'] = 0
    errors, _ = run.faults()
    assert "--classes _background_ dog 'traffic cone'" in errors[0]


def test_train_and_val_that_disagree(run):
    run.val['categories'].reverse()
    (error,), _ = run.faults()
    assert re.search('train and val disagree.*train.json.*val.json.*order', error)
    assert "'dog' in the one, 'traffic cone' in the other" in error
    add_bird(run.val)
    (error,), _ = run.faults()
    assert re.search('train and val disagree.*only val.json has bird', error)


def test_names_that_a_type_writes_in_another_way_are_a_warning(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    run = CocoRun(tmp_path, names=('ship', 'plane'))
    for split in ('train', 'val'):
        dataset = run.cfg[f'{split}_dataloader'].dataset
        dataset.type = 'iSAIDDataset'
        del dataset['metainfo']
    errors, warnings = run.faults()
    assert errors == []
    assert 'train.json has the 2 categories ship, plane' in warnings[0]


def test_a_forgotten_comma_makes_one_name_of_the_classes(run):
    run.cfg.train_dataloader.dataset.metainfo = dict(classes='dog')
    assert "--classes dog 'traffic cone'" in run.faults()[0][0]
