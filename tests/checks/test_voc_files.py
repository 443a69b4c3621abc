# SPDX-License-Identifier: Apache-2.0
"""What is wrong with XML files in Pascal VOC's format."""

from pathlib import Path

import pytest

from mmmetaformer.checks.voc_files import images_of_voc, voc_faults
from mmmetaformer.datasets.sample_data import write_voc

BOX = '<bndbox><xmin>3</xmin><ymin>3</ymin><xmax>{}</xmax><ymax>9</ymax></bndbox>'
OBJECT = '<object><name>{}</name>' + BOX + '</object>'


@pytest.fixture
def dataset(tmp_path):
    write_voc(tmp_path / 'set', num_train=4, num_val=1, image_size=64, seed=0)
    return dict(
        type='VOCDataset',
        data_root=str(tmp_path / 'set'),
        ann_file='VOC2012/ImageSets/Main/trainval.txt',
        data_prefix=dict(sub_data_root='VOC2012/'),
    )


def write(dataset, text, number=1):
    (path,) = (tmp for tmp in _annotations(dataset) if tmp.stem.endswith(str(number)))
    path.write_text(f'<annotation>{text}</annotation>' if text else '<annotation>')
    return path


def _annotations(dataset):
    folder = images_of_voc(dataset).folder.replace('JPEGImages', 'Annotations')
    return sorted(p for p in Path(folder).iterdir() if p.stem.startswith('train'))


def test_sound_files(dataset):
    assert list(voc_faults(dataset, 'mmdet')) == []
    assert len(list(images_of_voc(dataset).images)) == 2


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('', 'is not XML'),
        (OBJECT.format('bottle', 3), 'without an area'),
        (OBJECT.format('bottle', 'x'), "'xmax': 'x'"),
        (OBJECT.format('', 9), 'without a name'),
    ],
)
def test_faulty_file(dataset, text, words):
    path = write(dataset, text)
    (fault,) = voc_faults(dataset, 'mmdet')
    assert fault.stops
    assert words in fault.what
    assert str(path) in fault.what


def test_missing_file(dataset):
    write(dataset, '').unlink()
    (fault,) = voc_faults(dataset, 'mmdet')
    assert 'does not exist' in fault.what


def test_other_names_are_left_out_with_a_warning(dataset):
    write(dataset, OBJECT.format('unicorn', 9))
    (fault,) = voc_faults(dataset, 'mmdet')
    assert not fault.stops
    assert 'unicorn' in fault.what


def test_no_object_of_the_classes(dataset):
    dataset['metainfo'] = dict(classes=('unicorn',))
    faults = list(voc_faults(dataset, 'mmdet'))
    assert [fault.stops for fault in faults] == [True, False]
    assert 'no object of the classes' in faults[0].what
