# SPDX-License-Identifier: Apache-2.0
import json
from collections import Counter

import cv2
import numpy as np
import pytest

from mmmetaformer.datasets.sample_data import COCO_CLASSES, COCO_PALETTE, write_coco
from mmmetaformer.datasets.sample_data.spec import SampleSpec

SIDE = 64
NUMBERS = {'num_train': 10, 'num_val': 4, 'image_size': SIDE, 'seed': 5}
SPLITS = ('train', 'val')


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('coco') / 'new' / 'coco'
    write_coco(root, **NUMBERS)
    return root


def read(root, split):
    text = (root / 'annotations' / f'instances_{split}2017.json').read_text('utf-8')
    return json.loads(text)


def files(root):
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob('*')
        if path.is_file()
    }


def test_folders_and_keys_are_those_of_coco(root):
    for split in SPLITS:
        truth = read(root, split)
        assert set(truth) == {
            'info',
            'licenses',
            'images',
            'annotations',
            'categories',
        }
        names = [image['file_name'] for image in truth['images']]
        assert names[0] == '000000000001.jpg'
        assert len(names) == NUMBERS[f'num_{split}']
        assert sorted(path.name for path in (root / f'{split}2017').iterdir()) == names
        for image in truth['images']:
            picture = cv2.imread(str(root / f'{split}2017' / image['file_name']))
            assert picture.shape == (image['height'], image['width'], 3)
            assert picture.shape == (SIDE, SIDE, 3)
        ids = [annotation['id'] for annotation in truth['annotations']]
        assert len(set(ids)) == len(ids)


def test_categories_are_the_classes_with_gaps_in_the_ids(root):
    for split in SPLITS:
        categories = read(root, split)['categories']
        assert tuple(category['name'] for category in categories) == COCO_CLASSES
        ids = [category['id'] for category in categories]
        assert ids == sorted(ids)
        assert ids != list(range(ids[0], ids[0] + len(ids)))
        assert all(category['supercategory'] for category in categories)
    assert len(COCO_PALETTE) == len(COCO_CLASSES)


def test_every_category_occurs_in_both_splits(root):
    for split in SPLITS:
        truth = read(root, split)
        seen = Counter(annotation['category_id'] for annotation in truth['annotations'])
        assert set(seen) == {category['id'] for category in truth['categories']}


@pytest.mark.filterwarnings('ignore:__array__ implementation')
def test_annotations_match_the_scene(root):
    coco_module = pytest.importorskip('pycocotools.coco')
    spec = SampleSpec(**NUMBERS)
    for split in SPLITS:
        path = root / 'annotations' / f'instances_{split}2017.json'
        coco = coco_module.COCO(str(path))
        for image_id in coco.getImgIds():
            scene = spec.scene(split, image_id - 1, with_other=False)
            annotations = coco.loadAnns(coco.getAnnIds(imgIds=image_id))
            assert len(annotations) == len(scene.instances)
            for annotation, instance in zip(annotations, scene.instances, strict=True):
                (category,) = coco.loadCats(annotation['category_id'])
                assert category['name'] == instance.name
                mask = coco.annToMask(annotation)
                np.testing.assert_array_equal(mask, instance.mask)
                assert annotation['area'] == mask.sum()
                assert annotation['iscrowd'] == 0
                assert annotation['bbox'] == list(cv2.boundingRect(mask))
                (polygon,) = annotation['segmentation']
                left, top, width, height = annotation['bbox']
                corners = np.reshape(polygon, (-1, 2))
                # The tip of a star can end before the next pixel center.
                assert np.abs(corners.min(axis=0) - (left, top)).max() < 2
                far = (left + width, top + height)
                assert np.abs(corners.max(axis=0) - far).max() < 2


def test_image_file_matches_the_scene(root):
    spec = SampleSpec(**NUMBERS)
    for split in SPLITS:
        for image in read(root, split)['images']:
            picture = cv2.imread(str(root / f'{split}2017' / image['file_name']))
            scene = spec.scene(split, image['id'] - 1, with_other=False)
            # The only difference is JPEG compression.
            assert np.abs(picture.astype(int) - scene.image).mean() < 10


def test_same_seed_writes_the_same_bytes(root, tmp_path):
    write_coco(tmp_path / 'again', **NUMBERS)
    assert files(tmp_path / 'again') == files(root)


def test_another_seed_writes_other_images_and_annotations(root, tmp_path):
    write_coco(tmp_path / 'other', **{**NUMBERS, 'seed': 6})
    one, other = files(root), files(tmp_path / 'other')
    assert one.keys() == other.keys()
    assert all(one[name] != other[name] for name in one)


def test_images_do_not_depend_on_the_number_of_images(root, tmp_path):
    write_coco(tmp_path / 'few', **{**NUMBERS, 'num_train': 2, 'num_val': 1})
    few, many = files(tmp_path / 'few'), files(root)
    pictures = [name for name in few if name.endswith('.jpg')]
    assert len(pictures) == 3
    assert all(few[name] == many[name] for name in pictures)


def test_splits_have_no_image_in_common(root):
    pictures = [
        path.read_bytes()
        for split in SPLITS
        for path in (root / f'{split}2017').iterdir()
    ]
    assert len(set(pictures)) == len(pictures) == 14
