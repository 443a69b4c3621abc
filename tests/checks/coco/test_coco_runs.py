# SPDX-License-Identifier: Apache-2.0
import json
import re

import pytest
from coco_run import CocoRun

from mmmetaformer.checks.coco import read_facts
from mmmetaformer.checks.coco.find_facts import find_facts
from mmmetaformer.errors import ConfigError


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    return CocoRun(tmp_path)


def test_both_splits_are_looked_at(run):
    run.val['annotations'][5]['bbox'] = [0, 0, -1, 4]
    (error,), _ = run.faults()
    assert str(run.root / 'val.json') in error
    assert 'first annotation 6: [0, 0, -1, 4]' in error


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', 'it is empty'),
        ('{"images": [', r'line 1, column 13.*cut off'),
        ('{"images": [],}', r'line 1, column 1[45]'),
        ('\ufeff{}', r'BOM \(line 1, column 1\).*without a byte order mark'),
        ('[' * 100_000, 'nested too deeply'),
    ],
)
def test_what_is_no_json(run, text, message):
    run.write()
    (run.root / 'train.json').write_text(text, encoding='utf-8')
    errors, _ = run.faults(write=False)
    assert re.search(f'train.json cannot be read as JSON: .*{message}', errors[0])


@pytest.mark.parametrize('encoding', ['utf-16', 'latin-1'])
def test_other_encodings(run, encoding):
    run.write()
    text = json.dumps(dict(images='é'), ensure_ascii=False)
    (run.root / 'train.json').write_text(text, encoding=encoding)
    errors, _ = run.faults(write=False)
    assert re.search('cannot be read as JSON: byte .* is not UTF-8', errors[0])


def test_numbers_of_thousands_of_digits(run):
    run.write()
    text = json.dumps(run.train).replace('"id": 1,', f'"id": {"9" * 5000},', 1)
    (run.root / 'train.json').write_text(text)
    errors, _ = run.faults(write=False)
    assert 'cannot be read as JSON: Exceeds the limit' in errors[0]


def test_texts_that_cannot_be_printed(run):
    run.train['categories'][0]['name'] = 'cat \ud83d'
    run.train['images'][0].update(file_name='\ud83d.jpg', id='\ud83d')
    run.train['annotations'][0]['area'] = '\ud83d'
    errors, _ = run.faults()
    '\n'.join(errors).encode()


def test_a_process_that_ends_early(run, monkeypatch):
    monkeypatch.setattr(read_facts, 'LARGE', 0)
    monkeypatch.setattr(read_facts.sys, 'executable', 'false')
    with pytest.raises(ConfigError, match='train.json could not be checked.* status 1'):
        run.faults()


def test_a_list_at_the_top(run):
    run.train = run.train['annotations']
    errors, _ = run.faults()
    assert 'the outermost value is a list' in errors[0]


def test_small_images(run):
    for image in run.train['images']:
        image.update(width=24, height=24)
    errors, _ = run.faults()
    assert '0 of 4 images are left: 4 smaller than min_size=32, 0 without' in errors[0]
    run.cfg.train_dataloader.dataset.filter_cfg.min_size = 96.0
    run.train['images'][0].update(width=500, height=500)
    assert '1 of 4 images are left' in run.faults()[1][0]


def test_validation_without_anything_to_score(run):
    for content in ([], [dict(run.val['annotations'][0], iscrowd=1)]):
        run.val['annotations'] = content
        (error,), _ = run.faults()
        assert re.search(
            f'0 of {len(content)} annotations are scored.*format_only', error
        )
    run.cfg.val_evaluator.format_only = True
    assert run.faults() == ([], [])


def test_an_annotation_with_the_id_0_is_never_found(run):
    run.val['annotations'][0]['id'] = 0
    run.train['annotations'][0]['id'] = 0
    errors, (warning,) = run.faults()
    assert errors == []
    assert 'val.json: annotation 0 never counts as found' in warning


def test_the_evaluator_reads_the_file_of_its_data_set(run):
    run.cfg.val_evaluator.ann_file = str(run.root / 'train.json')
    run.train['images'] = run.train['images'][:3]
    run.train['annotations'] = run.train['annotations'][:6]
    (error,), _ = run.faults()
    assert re.search(
        r'train.json of val_evaluator has other images than .*val.json', error
    )


def test_a_file_is_read_once_until_it_changes(run, monkeypatch):
    calls = []

    def find(path, question):
        calls.append(path.name)
        return find_facts(path, question)

    monkeypatch.setattr(read_facts, 'find_facts', find)
    run.faults()
    run.faults(write=False)
    assert calls == ['train.json', 'val.json']


def test_a_large_file_is_read_by_another_process(run, monkeypatch):
    run.train['annotations'][0]['bbox'] = None
    here = run.faults()
    monkeypatch.setattr(read_facts, 'LARGE', 0)
    monkeypatch.setattr(read_facts, 'find_facts', None)
    monkeypatch.setenv('XDG_CACHE_HOME', str(run.root / 'another'))
    assert run.faults(write=False) == here


@pytest.mark.parametrize(
    'kind', ['CocoPanopticDataset', 'LVISV1Dataset', 'V3DetDataset']
)
def test_other_formats_are_left_alone(run, kind):
    run.train['annotations'] = [dict(segments_info=[])]
    run.cfg.train_dataloader.dataset.type = kind
    assert run.faults() == ([], [])


SHIFTS = [
    lambda a: a.update(bbox=[a['bbox'][0] + 15, a['bbox'][1] + 15, *a['bbox'][2:]]),
    lambda a: a.update(segmentation=[[v / 3 for v in a['segmentation'][0]]]),
    lambda a: a.update(segmentation=[[v / 96 for v in a['segmentation'][0]]]),
]


@pytest.mark.parametrize('shift', SHIFTS)
def test_boxes_that_do_not_fit_their_polygons(run, shift):
    message = 'does not fit its polygons, first annotation [12]'
    shift(run.train['annotations'][1])
    errors, (warning,) = run.faults()
    assert errors == []
    assert re.search(message, warning)
    for entry in (*run.train['annotations'][2:], *run.val['annotations']):
        shift(entry)
    errors, _ = run.faults()
    assert re.search(message, errors[0])
    assert run.without_masks().faults()[0] == []
