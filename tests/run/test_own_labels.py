# SPDX-License-Identifier: Apache-2.0
import argparse
from pathlib import Path

import numpy as np
import pytest
from mmengine.registry import DATASETS, init_default_scope
from PIL import Image

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import dicts_in
from mmmetaformer.run.command_line import add_run_arguments
from mmmetaformer.run.config import read_run_config
from mmmetaformer.run.data_guards import use_label_check
from mmmetaformer.run.label_report import report_labels
from mmmetaformer.run.tta import use_tta_pipeline

CONFIGS = Path(__file__).parents[2] / 'configs'
SEGMENTOR = CONFIGS / 'upernet_convformer.py'


def read(*words, config=SEGMENTOR):
    parser = argparse.ArgumentParser()
    parser.add_argument('config')
    add_run_arguments(parser)
    return read_run_config(parser.parse_args([str(config), *map(str, words)]))


@pytest.fixture
def own_folder(tmp_path):
    """An image whose label map holds 0 to 3, in ADE20K's layout, .png and _mask.png."""
    for split in ('training', 'validation'):
        for kind in ('images', 'annotations'):
            (tmp_path / kind / split).mkdir(parents=True)
        Image.new('RGB', (64, 64)).save(tmp_path / 'images' / split / 'a.png')
        labels = np.repeat(np.arange(4, dtype=np.uint8), 16)[None].repeat(64, 0)
        Image.fromarray(labels).save(tmp_path / 'annotations' / split / 'a_mask.png')
    return tmp_path


def labels_seen(spec):
    init_default_scope('mmseg')
    labels = DATASETS.build(spec)[0]['data_samples'].gt_sem_seg.data[0, 0]
    return [labels[i].item() for i in (0, 16, 32, 48)]


@pytest.mark.parametrize(
    ('names', 'first', 'expected'),
    [
        (['a', 'b', 'c', 'd'], 0, [0, 1, 2, 3]),
        (['a', 'b', 'c'], 1, [255, 0, 1, 2]),
        # ADE20K has these names, at other labels.
        (['car', 'road', 'sky', 'wall'], 0, [0, 1, 2, 3]),
        (['car', 'road', 'sky'], 1, [255, 0, 1, 2]),
    ],
)
def test_how_labels_count(own_folder, names, first, expected):
    cfg = read('--data-root', own_folder, '--labels-from', first, '--classes', *names)
    use_tta_pipeline(cfg)
    for split in ('train', 'val', 'test'):
        spec = cfg[f'{split}_dataloader'].dataset
        assert spec.type == 'BaseSegDataset'
        assert spec.reduce_zero_label == (first == 1)
    nodes = [node for node in dicts_in(cfg._cfg_dict) if 'reduce_zero_label' in node]
    assert {node['reduce_zero_label'] for node in nodes} == {first == 1}
    assert labels_seen(cfg.val_dataloader.dataset) == expected


@pytest.mark.parametrize(
    ('words', 'expected'),
    [
        (['--labels-from', 0, '--ignore-label', 3], [0, 1, 2, 255]),
        (['--labels-from', 0, '--ignore-label', 3, 0], [255, 1, 2, 255]),
        (
            ['--labels-from', 0, '--ignore-label', 3, '--ignore-label', 0],
            [255, 1, 2, 255],
        ),
        (['--labels-from', 1, '--ignore-label', 3], [255, 0, 1, 255]),
        (['--ignore-label', 3], [255, 0, 1, 255]),
    ],
)
def test_labels_that_are_no_class(own_folder, words, expected):
    names = ('a', 'b', 'c')[: max(set(expected) - {255}) + 1]
    cfg = read('--data-root', own_folder, '--classes', *names, *words)
    use_label_check(cfg)
    assert labels_seen(cfg.val_dataloader.dataset) == expected
    assert labels_seen(cfg.test_dataloader.dataset) == expected
    train = cfg.train_dataloader.dataset
    train.pipeline = [*train.pipeline[:3], dict(type='PackSegInputs')]
    assert [t['type'] for t in train.pipeline[1:3]] == [
        'mmmetaformer.IgnoreLabels',
        'mmmetaformer.CheckLabels',
    ]
    assert labels_seen(train) == expected


def test_every_view_ignores_labels(own_folder):
    words = ('--labels-from', 0, '--ignore-label', 3)
    cfg = read('--data-root', own_folder, '--classes', 'a', 'b', 'c', *words)
    use_tta_pipeline(cfg)
    init_default_scope('mmseg')
    views = DATASETS.build(cfg.test_dataloader.dataset)[0]['data_samples']
    assert len(views) == 12  # six scales, flipped or not
    for view in views:
        assert set(view.gt_sem_seg.data.unique().tolist()) == {0, 1, 2, 255}


def test_all_of_the_classes_counted_from_0(own_folder):
    cfg = read('--data-root', own_folder, '--labels-from', 0)
    init_default_scope('mmseg')
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    assert dataset.metainfo['classes'][:2] == ('wall', 'building')
    assert len(dataset.metainfo['classes']) == 150
    assert labels_seen(cfg.val_dataloader.dataset) == [0, 1, 2, 3]


def test_names_that_could_be_either_are_refused(own_folder):
    own = ('--data-root', own_folder, '--classes')
    with pytest.raises(ConfigError, match='has car, road as its labels 21, 7') as error:
        read(*own, 'car', 'road')
    for flag in ('--subset', '--labels-from 1', '--labels-from 0'):
        assert flag in str(error.value)
    assert len(str(error.value).splitlines()) <= 3
    cfg = read(*own, 'car', 'road', '--subset')
    assert cfg.train_dataloader.dataset.type == 'ADE20KDataset'
    # Either way, wall is 1 and building is 2.
    read(*own, 'wall', 'building')
    read(*own, 'car', 'lane')


def test_without_a_folder_names_select_from_the_data_set():
    cfg = read('--classes', 'car', 'road')
    assert cfg.train_dataloader.dataset.type == 'ADE20KDataset'


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (['--labels-from', 0, '--subset'], 'leave out one of them'),
        (['--subset'], '--subset needs the names'),
        (
            ['--subset', '--classes', 'car', 'rod'],
            "no class 'rod'. Did you mean 'road'",
        ),
        (['--sample-data', '--labels-from', 0], 'leave out --classes'),
        (['--sample-data', '--ignore-label', 0], 'leave out --classes'),
        (
            ['--classes', 'car', 'road', '--ignore-label', 7],
            'ADE20KDataset selects car, road from its own labels',
        ),
    ],
)
def test_options_that_do_not_go_together(words, message):
    with pytest.raises(ConfigError, match=message):
        read(*words)


@pytest.mark.parametrize('option', ['--labels-from', '--ignore-label'])
def test_detectors_have_no_label_maps(option):
    words = [option, 0, '--classes', 'cat']
    with pytest.raises(ConfigError, match='this config reads a CocoDataset'):
        read(*words, config=CONFIGS / 'mask_rcnn_convformer.py')


def test_suffixes_are_found_and_said_once(own_folder, capsys):
    cfg = read('--data-root', own_folder, '--classes', 'a', 'b', 'c')
    for split in ('train', 'val', 'test'):
        spec = cfg[f'{split}_dataloader'].dataset
        assert (spec.img_suffix, spec.seg_map_suffix) == ('.png', '_mask.png')
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2  # one for each folder
    assert 'end with .png, label maps with _mask.png' in lines[0]


def test_suffixes_of_the_command_line_stay(own_folder):
    option = 'train_dataloader.dataset.img_suffix=.bmp'
    words = ('--data-root', own_folder, '--classes', 'a', 'b', '--cfg-options', option)
    assert read(*words).train_dataloader.dataset.img_suffix == '.bmp'


def test_several_suffixes_are_named(own_folder):
    for split in ('training', 'validation'):
        folder = own_folder / 'annotations' / split
        (folder / 'a_colour.png').write_bytes((folder / 'a_mask.png').read_bytes())
    with pytest.raises(ConfigError, match='.png with _colour.png; .png with _mask.png'):
        read('--data-root', own_folder, '--classes', 'a', 'b', 'c')


def test_what_labels_are_taken_for_is_printed(own_folder, capsys, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(own_folder / 'cache'))
    words = ('--labels-from', 0, '--ignore-label', 3)
    cfg = read('--data-root', own_folder, '--classes', 'a', 'b', 'c', *words)
    report_labels(cfg)
    folder = own_folder / 'annotations' / 'training'
    assert capsys.readouterr().out.splitlines()[-1] == (
        f'Labels in {folder}: 0 (a, 25 %), 1 (b, 25 %), 2 (c, 25 %), 3 (ignored, 25 %).'
    )
    report_labels(read(config=CONFIGS / 'mask_rcnn_convformer.py'))
    assert not capsys.readouterr().out
