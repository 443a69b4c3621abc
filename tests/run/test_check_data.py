# SPDX-License-Identifier: Apache-2.0
import argparse
import importlib.util
import json

import numpy as np
import pytest
from mmengine.registry import MODELS
from PIL import Image

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.check_data import check_data
from mmmetaformer.run.command_line import add_config_options, add_own_data_arguments

COCO = """
default_scope = 'mmdet'
model = dict(
    type='mmengine.DataModel',
    bbox_head=dict(type='mmengine.DataHead', num_classes={heads}),
)
load = dict(type='LoadImageFromFile')
pipeline = [load, dict(type='LoadAnnotations', with_bbox=True)]

def loader(split):
    return dict(
        batch_size=2,
        num_workers=0,
        dataset=dict(
            type='CocoDataset',
            data_root='data',
            ann_file=split + '.json',
            data_prefix=dict(img=split),
            metainfo=dict(classes=('cat', 'dog')),
            pipeline=pipeline,
        ),
    )

val_dataloader = loader('val')
test_dataloader = loader('val')
val_evaluator = dict(type='CocoMetric', ann_file='data/val.json', metric='bbox')
test_evaluator = val_evaluator
val_cfg = dict()
test_cfg = dict()
"""
MAPS = """
default_scope = 'mmseg'
model = dict(
    type='mmengine.DataModel',
    decode_head=dict(type='mmengine.DataHead', num_classes=2),
)
pipeline = [dict(type='LoadImageFromFile'), dict(type='LoadAnnotations')]
val_dataloader = dict(
    batch_size=2,
    num_workers=0,
    dataset=dict(
        type='BaseSegDataset',
        data_root='data',
        data_prefix=dict(img_path='images', seg_map_path='labels'),
        metainfo=dict(classes=('road', 'sky', 'tree')),
        pipeline=pipeline,
    ),
)
val_evaluator = dict(type='IoUMetric', iou_metrics=['mIoU'])
test_dataloader = val_dataloader
test_evaluator = val_evaluator
val_cfg = dict()
test_cfg = dict()
"""


@MODELS.register_module(force=True)
class DataModel:
    def __init__(self, bbox_head=None, decode_head=None):
        pass


@MODELS.register_module(force=True)
class DataHead:
    def __init__(self, num_classes):
        pass


class Data:
    """A config and its data in a folder; check them."""

    def __init__(self, root):
        self.root = root
        self.out = root / 'out'

    def coco(self, boxes, heads=2):
        """Write a validation set of one image, with an annotation for each box."""
        (self.root / 'data' / 'val').mkdir(parents=True)
        Image.effect_noise((64, 48), 50).save(self.root / 'data/val/0.jpg')
        content = dict(
            images=[dict(id=7, file_name='0.jpg', width=64, height=48)],
            annotations=[
                dict(id=i + 1, image_id=7, category_id=1, bbox=box, area=9, iscrowd=0)
                for i, box in enumerate(boxes)
            ],
            categories=[dict(id=1, name='cat'), dict(id=2, name='dog')],
        )
        (self.root / 'data/val.json').write_text(json.dumps(content))
        (self.root / 'config.py').write_text(COCO.replace('{heads}', str(heads)))

    def maps(self, labels):
        """Write label maps of one label each, and their images."""
        for folder in ('images', 'labels'):
            (self.root / 'data' / folder).mkdir(parents=True)
        for number, label in enumerate(labels):
            pixels = np.full((16, 24), label, np.uint8)
            Image.fromarray(pixels).save(self.root / f'data/labels/{number}.png')
            Image.new('RGB', (24, 16)).save(self.root / f'data/images/{number}.jpg')
        (self.root / 'config.py').write_text(MAPS)

    def check(self, *words):
        parser = argparse.ArgumentParser()
        parser.add_argument('config')
        parser.add_argument('--out')
        parser.add_argument('--decode', action='store_true')
        add_own_data_arguments(parser)
        add_config_options(parser, '')
        parser.set_defaults(work_dir=None, sample_data=None, launcher='none')
        args = parser.parse_args(['config.py', '--out', str(self.out), *words])
        return check_data(args)

    def read(self, name):
        return (self.out / name).read_text().splitlines()


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    monkeypatch.chdir(tmp_path)
    return Data(tmp_path)


def test_sound_boxes(data, capsys):
    data.coco([[1, 2, 20, 30], [4, 4, 10, 10]])
    assert data.check()
    said = capsys.readouterr().out
    # What val and test share is there once.
    assert said.count('data/val.json') == 1
    assert 'data/val.json (val and test)' in said
    assert 'images        1, smallest 64x48, median 64x48, largest 64x48' in said
    assert '2 small (100 %), 0 medium (0 %), 0 large (0 %)' in said
    assert '2 objects scored; left out: 0 crowds' in said
    assert 'No fault was found.' in said
    assert [line.split() for line in data.read('report.txt')[-5:-2]] == [
        ['category', 'annotations', 'val', 'and', 'test'],
        ['cat', '2', '2'],
        ['dog', '0', '0'],
    ]
    assert data.read('faults.txt') == []
    with Image.open(data.out / 'classes.png') as picture:
        assert picture.width >= 900


def test_config_and_data_are_both_wrong(data, capsys):
    data.coco([[1, 2, 20, 30], [4, 4, -10, 10], [4, 4, -10, 1]], heads=3)
    assert not data.check()
    said = capsys.readouterr().out
    assert 'num_classes' in said
    assert '2 of 3 annotations have a bbox with a negative side' in said
    assert '2 errors, 0 warnings: a run would not start.' in said
    lines = data.read('faults.txt')
    assert [line for line in lines if line[0] != '#'] == [
        'annotation 2',
        'annotation 3',
    ]


def test_all_of_many_entries_are_listed(data):
    data.coco([[4, 4, -10, 10]] * 1200)
    assert not data.check()
    entries = [line for line in data.read('faults.txt') if line[0] != '#']
    assert len(entries) == 1200


def test_missing_files_do_not_hide_the_rest(data, capsys):
    data.coco([[1, 2, 20, 30]])
    assert not data.check('--cfg-options', 'val_dataloader.dataset.ann_file=no.json')
    said = capsys.readouterr().out
    assert 'error: data/no.json does not exist' in said
    assert 'data/val.json (test)' in said


def test_what_only_a_test_stops_at_is_a_warning(data, capsys):
    data.coco([[1, 2, 20, 30]])
    assert data.check('--cfg-options', 'test_dataloader.dataset.ann_file=no.json')
    said = capsys.readouterr().out
    assert 'warning: tools/test.py would stop: data/no.json does not exist' in said
    assert 'data/val.json (val)' in said


def test_damage_that_only_decoding_finds(data, capsys):
    data.coco([[1, 2, 20, 30]])
    file = data.root / 'data/val/0.jpg'
    Image.effect_noise((64, 48), 50).save(file, 'png')
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    data.check()
    assert 'are damaged' not in capsys.readouterr().out
    data.check('--decode')
    assert '1 of 1 images of data/val.json' in capsys.readouterr().out
    (entry,) = [line for line in data.read('faults.txt') if line[0] != '#']
    assert entry.startswith('image data/val/0.jpg: ')


def test_label_maps(data, capsys):
    data.maps([0, 0, 1, 255])
    assert data.check('--cfg-options', 'model.decode_head.num_classes=3')
    said = capsys.readouterr().out
    assert 'data/labels (val and test)' in said
    assert 'label maps  4, mode L' in said
    rows = [line.split() for line in data.read('report.txt')[6:10]]
    assert rows == [
        ['0', 'road', '50', '%', '768', '2'],
        ['1', 'sky', '25', '%', '384', '1'],
        ['2', 'tree', '0', '%', '0', '0'],
        ['255', 'ignored', '25', '%', '384', '1'],
    ]
    assert (data.out / 'classes.png').is_file()


def test_label_maps_and_config_are_both_wrong(data, capsys):
    data.maps([0, 1, 3])
    assert not data.check()
    said = capsys.readouterr().out
    assert 'num_classes' in said
    assert 'label 3 has no class' in said
    assert ['3', 'no', 'class', '33', '%', '384', '1'] in [
        line.split() for line in data.read('report.txt')
    ]


def test_long_tables_are_shortened_on_the_terminal_alone(data, capsys):
    data.maps(range(40))
    names = [f'name{i}' for i in range(40)]
    data.check('--classes', *names, '--labels-from', '0')
    assert '... 20 more' in capsys.readouterr().out
    assert sum('name' in line for line in data.read('report.txt')) >= 40


def test_wrong_options_and_configs(data):
    data.maps([0, 1])
    with pytest.raises(ConfigError, match='modle'):
        data.check('--cfg-options', 'modle.num_classes=3')
    (data.root / 'config.py').write_text('model = dict()')
    with pytest.raises(ConfigError, match='has no data'):
        data.check()
    (data.root / 'config.py').unlink()
    with pytest.raises(ConfigError, match='no config file'):
        data.check()


def test_no_picture_without_matplotlib(data, capsys, monkeypatch):
    data.coco([[1, 2, 20, 30]])
    real = importlib.util.find_spec
    monkeypatch.setattr(
        'importlib.util.find_spec',
        lambda name, *rest: None if name == 'matplotlib' else real(name, *rest),
    )
    assert data.check()
    assert 'No picture: matplotlib is not installed.' in capsys.readouterr().out
    assert not (data.out / 'classes.png').exists()
