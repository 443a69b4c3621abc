# SPDX-License-Identifier: Apache-2.0
"""Sample data in Pascal VOC's format: boxes, label maps and lists."""

import xml.etree.ElementTree as ET

import cv2
import pytest

from mmmetaformer.datasets.sample_data import VOC_CLASSES, VOC_PALETTE, write_voc
from mmmetaformer.datasets.sample_data.map_formats import VOC_MAPS
from mmmetaformer.host import registered_data_set


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp('voc') / 'VOCdevkit'
    write_voc(root, num_train=5, num_val=4, image_size=64, seed=1)
    return root


def test_classes_and_colors_are_mmdets():
    metainfo = registered_data_set(dict(type='VOCDataset'), 'mmdet').METAINFO
    places = [metainfo['classes'].index(name) for name in VOC_CLASSES]
    assert places == sorted(places)
    assert [tuple(metainfo['palette'][place]) for place in places] == VOC_PALETTE


def test_lists_name_the_files_there_are(root):
    for year, number in (('VOC2007', 2), ('VOC2012', 3)):
        lists = {
            path.relative_to(root / year / 'ImageSets').as_posix(): path.read_text()
            for path in (root / year).rglob('*.txt')
        }
        assert lists['Main/trainval.txt'] == lists['Segmentation/train.txt']
        assert lists['Main/test.txt'] == lists['Segmentation/val.txt']
        assert len(lists['Main/trainval.txt'].split()) == number
        stems = lists['Main/trainval.txt'].split() + lists['Main/test.txt'].split()
        for folder in ('JPEGImages', 'Annotations', 'SegmentationClass'):
            assert sorted(p.stem for p in (root / year / folder).iterdir()) == sorted(
                stems
            )


def test_boxes_are_around_the_pixels_of_their_class(root):
    numbers = dict(zip(VOC_CLASSES, (1, 4, 5, 20), strict=True))
    assert set(numbers.values()) < set(VOC_MAPS.numbers.values())
    files = sorted((root / 'VOC2012/Annotations').iterdir())
    assert files
    for file in files:
        labels = cv2.imread(
            str(root / f'VOC2012/SegmentationClass/{file.stem}.png'),
            cv2.IMREAD_UNCHANGED,
        )
        things = ET.parse(file).findall('object')
        assert things
        for thing in things:
            left, top, right, bottom = (int(side.text) for side in thing.find('bndbox'))
            inside = labels[top - 1 : bottom, left - 1 : right]
            number = numbers[thing.findtext('name')]
            for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
                assert number in edge
