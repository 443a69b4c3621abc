# SPDX-License-Identifier: Apache-2.0
import math
import re

import numpy as np
import pytest
from coco_run import CocoRun
from pycocotools import mask
from spoilt_files import SPOILT, setting, without


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    return CocoRun(tmp_path)


@pytest.mark.parametrize(('spoil', 'message'), SPOILT)
def test_a_spoilt_file_stops_the_run(run, spoil, message):
    spoil(run.train)
    errors, _ = run.faults()
    assert re.search(message, '\n'.join(errors)), errors
    assert all(str(run.root / 'train.json') in one for one in errors)


def rle(entry, compressed):
    x, y, w, h = entry['bbox']
    pixels = np.zeros((96, 96), np.uint8, order='F')
    pixels[y : y + h, x : x + w] = 1
    found = mask.encode(pixels)
    runs = [x * 96 + y, *[h, 96 - h] * (w - 1), h, 96 * (96 - x - w) + 96 - y - h]
    counts = found['counts'].decode() if compressed else runs
    return dict(counts=counts, size=[96, 96])


def all_rle(content, compressed):
    for entry in content['annotations']:
        entry['segmentation'] = rle(entry, compressed)


def gaps(content):
    for entry in content['categories']:
        entry['id'] = {1: 0, 2: 7}[entry['id']]
    for entry in content['annotations']:
        entry['category_id'] = {1: 0, 2: 7}[entry['category_id']]


def strings(content):
    for entry in content['images']:
        entry['id'] = f'image {entry["id"]}'
    for entry in content['annotations']:
        entry['image_id'] = f'image {entry["image_id"]}'


SOUND = [
    lambda c: None,
    lambda c: all_rle(c, True),
    lambda c: all_rle(c, False),
    gaps,
    strings,
    *without('annotations', 'iscrowd'),
    *without('annotations', 'area'),
    *setting('annotations', area=None, iscrowd=None),
    lambda c: c['annotations'][0].update(iscrowd=1),
    lambda c: c['annotations'][0].update(iscrowd=True, ignore=0, score=0.5),
    lambda c: c.update(annotations=c['annotations'][2:], info=None, licenses=[]),
    lambda c: c['categories'].append(dict(id=9, name='bird', supercategory='animal')),
    lambda c: c['images'][0].update(file_name='Füße/猫.jpg'),
    lambda c: move(c, 75.5, 4, 20.9, 16),  # a fraction outside
]


@pytest.mark.parametrize('change', SOUND)
def test_a_sound_file_passes(run, change):
    change(run.train)
    change(run.val)
    assert run.faults() == ([], [])


def move(content, x, y, w, h):
    entry = content['annotations'][0]
    shape = [[x, y, x + w, y, x + w, y + h, x, y + h]]
    entry.update(bbox=[x, y, w, h], segmentation=shape)


ODD = [
    (
        lambda c: c['annotations'][0].update(bbox=[40, 4, 0, 16]),
        'narrower than 1 pixel',
    ),
    (lambda c: c['annotations'][0].update(area=0), '1 of 8 objects are left.*area'),
    (lambda c: move(c, 80, 4, 30, 16), 'reaches outside'),
    (lambda c: c['images'][0].update(file_name='1.jpg'), 'have a duplicate file_name'),
    (lambda c: [a.update(category_id=1) for a in c['annotations']], '1 of 2 cl.*: dog'),
]


@pytest.mark.parametrize(('change', 'message'), ODD)
def test_what_is_odd_but_works_is_a_warning(run, change, message):
    change(run.train)
    errors, warnings = run.faults()
    assert errors == []
    assert len(warnings) == 1
    assert re.search(message, warnings[0])


@pytest.mark.parametrize(
    'value', [None, [], [[1, 2, 3]], [1, 2], 'a.png', [[math.nan] * 6]]
)
def test_boxes_alone_need_no_masks(run, value):
    for entry in (*run.train['annotations'], *run.val['annotations']):
        entry['segmentation'] = value
    assert run.without_masks().faults() == ([], [])
