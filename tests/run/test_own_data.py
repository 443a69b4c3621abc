# SPDX-License-Identifier: Apache-2.0
import argparse
import json
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.registry import DATASETS, init_default_scope
from PIL import Image

from mmmetaformer.checks.config.head_classes import check_classes
from mmmetaformer.checks.files import check_files
from mmmetaformer.checks.run import check_run
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import evaluators_of
from mmmetaformer.run.command_line import add_run_arguments
from mmmetaformer.run.config import read_run_config
from mmmetaformer.run.own_data import (
    read_classes,
    set_num_classes,
    use_classes,
    use_data_root,
)

CONFIGS = Path(__file__).parents[2] / 'configs'


def load(name):
    return Config.fromfile(CONFIGS / f'{name}.py')


def counts(node, path='model'):
    """Path and value of every num_classes."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == 'num_classes':
                yield path, value
            yield from counts(value, f'{path}.{key}')
    elif isinstance(node, (list, tuple)):
        for i, value in enumerate(node):
            yield from counts(value, f'{path}[{i}]')


def test_all_stages_and_masks_of_a_cascade():
    cfg = load('cascade_mask_rcnn_convformer_3x')
    use_classes(cfg, ['cat', 'dog'])
    assert dict(counts(cfg.model)) == {
        'model.roi_head.bbox_head[0]': 2,
        'model.roi_head.bbox_head[1]': 2,
        'model.roi_head.bbox_head[2]': 2,
        'model.roi_head.mask_head': 2,
    }
    for split in ('train', 'val', 'test'):
        assert cfg[f'{split}_dataloader'].dataset.metainfo.classes == ('cat', 'dog')
        check_classes(cfg[f'{split}_dataloader'].dataset, cfg.model, 'mmdet')


def test_the_auxiliary_head_of_a_segmentor():
    cfg = load('upernet_caformer')
    use_classes(cfg, ['road', 'leaf', 'stone'])
    assert dict(counts(cfg.model)) == {
        'model.decode_head': 3,
        'model.auxiliary_head': 3,
    }
    check_classes(cfg.train_dataloader.dataset, cfg.model, 'mmseg')


@pytest.fixture
def own_coco(tmp_path):
    """Two images with a dog and two cats; ids in another order than the names'."""
    for split, folder in (('train', 'train2017'), ('val', 'val2017')):
        images = []
        for i in range(2):
            name = f'{i}.jpg'
            path = tmp_path / folder / name
            path.parent.mkdir(exist_ok=True)
            Image.new('RGB', (80, 60)).save(path)
            images.append(dict(id=i, file_name=name, height=60, width=80))
        boxes = [(0, 7, 1), (0, 3, 2), (1, 3, 3)]  # image, category, id
        annotations = [
            dict(
                id=number,
                image_id=image,
                category_id=category,
                bbox=[5, 5, 40, 40],
                area=1600,
                iscrowd=0,
                segmentation=[[5, 5, 45, 5, 45, 45, 5, 45]],
            )
            for image, category, number in boxes
        ]
        file = tmp_path / f'annotations/instances_{split}2017.json'
        file.parent.mkdir(exist_ok=True)
        categories = [dict(id=7, name='dog'), dict(id=3, name='cat')]
        content = dict(images=images, annotations=annotations, categories=categories)
        file.write_text(json.dumps(content))
    return tmp_path


def test_own_boxes_are_read_by_name(own_coco):
    cfg = load('mask_rcnn_convformer')
    # In the file's order: see tests/checks/coco/test_coco_categories.py.
    use_classes(cfg, ['dog', 'cat'])
    use_data_root(cfg, str(own_coco))
    for split in ('train', 'val', 'test'):
        loader = cfg[f'{split}_dataloader']
        check_files(loader.dataset, evaluators_of(cfg, split))
    file = own_coco / 'annotations/instances_val2017.json'
    assert cfg.val_evaluator.ann_file == str(file)
    init_default_scope('mmdet')
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    labels = [[one['bbox_label'] for one in info['instances']] for info in infos]
    assert labels == [[0, 1], [1]]


@pytest.fixture
def own_maps(tmp_path):
    """An image whose label map holds 0 to 3, in ADE20K's layout."""
    for split in ('training', 'validation'):
        for kind in ('images', 'annotations'):
            (tmp_path / kind / split).mkdir(parents=True)
        Image.new('RGB', (64, 64)).save(tmp_path / 'images' / split / 'a.jpg')
        labels = np.repeat(np.arange(4, dtype=np.uint8), 16)[None].repeat(64, 0)
        Image.fromarray(labels).save(tmp_path / 'annotations' / split / 'a.png')
    return tmp_path


@pytest.mark.parametrize(
    ('names', 'kind', 'expected'),
    [
        # Own names: 0 is ignored, and the others are counted from 0.
        (['road', 'leaf', 'stone'], 'BaseSegDataset', [255, 0, 1, 2]),
        # ADE20K's third and first class: the second is ignored.
        (['sky', 'wall'], 'ADE20KDataset', [255, 1, 255, 0]),
    ],
)
def test_own_label_maps(own_maps, names, kind, expected):
    cfg = load('upernet_convformer')
    use_classes(cfg, names)
    use_data_root(cfg, str(own_maps))
    spec = cfg.val_dataloader.dataset
    assert spec.type == kind
    check_files(spec)
    init_default_scope('mmseg')
    dataset = DATASETS.build(spec)
    assert dataset.metainfo['classes'] == tuple(names)
    labels = dataset[0]['data_samples'].gt_sem_seg.data[0, 0]
    assert [labels[i].item() for i in (0, 16, 32, 48)] == expected


def test_weights_of_a_transformers_classes():
    head = dict(
        num_things_classes=80,
        num_stuff_classes=0,
        loss_cls=dict(class_weight=[1.0] * 80 + [0.1]),
    )
    model = dict(panoptic_head=head, rpn_head=dict(num_classes=1))
    set_num_classes(model, 2)
    assert head['num_things_classes'] == 2
    assert head['loss_cls']['class_weight'] == [1.0, 1.0, 0.1]
    assert model['rpn_head']['num_classes'] == 1


@pytest.mark.parametrize(
    ('model', 'message'),
    [
        (dict(panoptic_head=dict(num_stuff_classes=53)), 'panoptic'),
        (
            dict(loss=dict(class_weight=[1.0, 2.0, 3.0, 4.0])),
            'a weight for each of the old classes',
        ),
    ],
)
def test_models_that_cannot_follow(model, message):
    with pytest.raises(ConfigError, match=message):
        set_num_classes(model, 2)


def test_names_from_a_file(tmp_path):
    file = tmp_path / 'classes.txt'
    file.write_text('cat\ntraffic light\n\n')
    assert read_classes([str(file)]) == ['cat', 'traffic light']
    assert read_classes(['cat', 'dog']) == ['cat', 'dog']
    assert read_classes(['cat']) == ['cat']


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (['cat', 'dog', 'cat'], 'cat more than once'),
        (['cat', ''], 'empty'),
        (['absent.txt'], 'the file absent.txt does not exist'),
        (['lists/absent'], 'the file lists/absent does not exist'),
    ],
)
def test_bad_names_are_refused(words, message):
    with pytest.raises(ConfigError, match=message):
        read_classes(words)


def arguments(*words):
    parser = argparse.ArgumentParser()
    parser.add_argument('config')
    add_run_arguments(parser)
    return parser.parse_args([str(word) for word in words])


def test_a_name_that_the_file_lacks_is_refused_before_anything_is_built(own_coco):
    config = CONFIGS / 'mask_rcnn_convformer.py'
    own = ('--data-root', own_coco, '--classes')
    cfg = read_run_config(arguments(config, *own, 'dog', 'cat'))
    assert cfg.model.roi_head.mask_head.num_classes == 2
    check_run(cfg, splits=('train', 'val'))
    cfg = read_run_config(arguments(config, *own, 'dog', 'cats'))
    with pytest.raises(ConfigError, match="no category 'cats'"):
        check_run(cfg, splits=('train', 'val'))


def test_a_subset_needs_the_option_and_the_names(own_coco):
    config = CONFIGS / 'mask_rcnn_convformer.py'
    own = ('--data-root', own_coco)
    cfg = read_run_config(arguments(config, *own, '--classes', 'cat'))
    with pytest.raises(ConfigError, match='to leave them out, add --subset'):
        check_run(cfg, splits=('train', 'val'))
    cfg = read_run_config(arguments(config, *own, '--classes', 'cat', '--subset'))
    check_run(cfg, splits=('train', 'val'))
    with pytest.raises(ConfigError, match='--subset needs the names'):
        read_run_config(arguments(config, *own, '--subset'))


def test_sample_data_has_its_own(tmp_path):
    config = CONFIGS / 'mask_rcnn_convformer.py'
    for option in ('--classes', '--data-root'):
        args = arguments(config, '--sample-data', tmp_path, option, 'cat')
        with pytest.raises(ConfigError, match='leave out --classes'):
            read_run_config(args)
