# SPDX-License-Identifier: Apache-2.0
import pytest
from PIL import Image

from mmmetaformer.checks.label_maps.suffixes import find_pairing

CITIES = ('aachen/aachen_000000', 'bonn/bonn_000001')


def pairings(root, images, maps, **spec):
    for folder, names in (('img', images), ('ann', maps)):
        for name in names:
            file = root / folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    dataset = dict(
        type='ADE20KDataset',
        data_root=str(root),
        data_prefix=dict(img_path='img', seg_map_path='ann'),
        **spec,
    )
    return [found.suffixes for found in find_pairing(dataset, 'mmseg')]


@pytest.mark.parametrize(
    ('image', 'labels'),
    [
        ('.JPG', '.png'),
        ('.jpeg', '.png'),
        ('.tif', '.tif'),
        ('.bmp', '_mask.png'),
        ('.jpg', '.PNG'),
        ('.jpg', '_mask.png'),
        ('_leftImg8bit.png', '_gtFine_labelTrainIds.png'),
    ],
)
@pytest.mark.parametrize('stems', [('1', '10', '100', '11'), CITIES, ('ä b', 'ä c')])
def test_one_pair_of_suffixes(tmp_path, image, labels, stems):
    images = [stem + image for stem in stems]
    maps = [stem + labels for stem in stems]
    assert pairings(tmp_path, images, maps) == [(image, labels)]


def test_own_suffixes_that_pair_something_stay(tmp_path):
    maps = ['a.png', 'a_mask.png', 'b_mask.png']
    assert pairings(tmp_path, ['a.jpg', 'b.jpg'], maps) == []


def test_several_kinds_of_maps(tmp_path):
    ends = ('_color.png', '_labelIds.png')
    images = [f'{stem}_left.png' for stem in CITIES]
    maps = [f'{stem}{end}' for stem in CITIES for end in ends]
    assert pairings(tmp_path, images, maps) == [('_left.png', end) for end in ends]


def test_pictures_and_instances_are_no_label_maps(tmp_path):
    images = [f'{stem}_left.png' for stem in CITIES]
    kinds = dict(_color='RGB', _instanceIds='I;16', _labelIds='L')
    for end, mode in kinds.items():
        for stem in CITIES:
            file = tmp_path / 'ann' / f'{stem}{end}.png'
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.new(mode, (8, 8)).save(file)
    assert pairings(tmp_path, images, []) == [('_left.png', '_labelIds.png')]


def test_the_suffixes_of_most_images(tmp_path):
    images = ['a.png', 'b.png', 'c.JPG']
    maps = ['a.png', 'b.png', 'c.png']
    assert pairings(tmp_path, images, maps) == [('.png', '.png')]


def test_names_from_a_list(tmp_path):
    (tmp_path / 'train.txt').write_text('a\nb\n')
    images = ['a.png', 'b.png', 'c.jpeg']
    maps = ['a_mask.png', 'b_mask.png']
    found = pairings(tmp_path, images, maps, ann_file='train.txt')
    assert found == [('.png', '_mask.png')]


def test_nothing_pairs(tmp_path):
    assert pairings(tmp_path, ['img_1.png'], ['mask_1.png']) == []
