# SPDX-License-Identifier: Apache-2.0
"""Masks of colours and of numbers, and Cityscapes, to ADE20K's layout."""

import os
import shutil

import numpy as np
import pytest
from made_sets import numbers, write_cityscapes, write_mask, write_picture
from PIL import Image

from mmmetaformer.prepare.formats.palette import read_palette

RED, BLUE, GREY = (200, 0, 0), (0, 0, 200), (9, 9, 9)


def write_pairs(root, array, number=2, end='', suffix='.jpg', **more):
    for index in range(number):
        write_picture(root / f'images/im{index}{suffix}', seed=index)
        write_mask(root / f'masks/im{index}{end}.png', array, **more)
    return '--images', root / 'images', '--masks', root / 'masks'


def colors(*values):
    return np.array(values)[numbers(*range(len(values)))]


def palette(root, text):
    (root / 'colors.txt').write_text(text)
    return '--palette', root / 'colors.txt'


def label_map(root, split='training', name='*'):
    file = next((root / 'annotations' / split).rglob(f'{name}.png'))
    return np.asarray(Image.open(file))


def labels_in(root, split='training'):
    return np.unique(label_map(root, split)).tolist()


def test_colors(prepare, tmp_path):
    pairs = write_pairs(tmp_path / 'in', colors(RED, BLUE))
    file = palette(tmp_path, '0 0 200 water\n200 0 0 land\n')
    said = prepare('masks', *pairs, *file, '--out', tmp_path / 'out')
    assert '1 image for training, 1 image for validation' in said
    assert '--labels-from 0' in said
    assert (tmp_path / 'out/classes.txt').read_text() == 'water\nland\n'
    assert label_map(tmp_path / 'out')[0, [0, 63]].tolist() == [1, 0]


def test_colors_that_are_no_class(prepare, tmp_path):
    pairs = write_pairs(tmp_path / 'in', colors(RED, BLUE, GREY, (1, 2, 3)))
    file = palette(tmp_path, '200,0,0,land\n0,0,200,water\n')
    said = prepare('masks', *pairs, *file, '--out', tmp_path / 'out')
    first = (
        'colour (1, 2, 3) in 768 pixels, (9, 9, 9) in 768 pixels of 3,072 has no class'
    )
    assert first in said
    assert 'masks/im0.png' in said
    assert not (tmp_path / 'out').exists()
    file = palette(
        tmp_path, 'name,r,g,b\nland,200,0,0\nwater,0,0,200\nVoid,9,9,9\nVoid,1,2,3'
    )
    options = ('--ignore-class', 'Void')
    prepare('masks', *pairs, *file, *options, '--out', tmp_path / 'out')
    assert labels_in(tmp_path / 'out') == [0, 1, 255]


def test_indexed_colors(prepare, tmp_path):
    table = [*BLUE, *RED] + [0] * 762
    pairs = write_pairs(tmp_path / 'in', numbers(0, 1), palette=None)
    for file in (tmp_path / 'in/masks').glob('*.png'):
        image = Image.fromarray(numbers(0, 1).astype(np.uint8), 'L').convert('P')
        image.putdata(numbers(0, 1).ravel().tolist())
        image.putpalette(table)
        image.save(file)
    by_color = palette(tmp_path, '200 0 0 land\n0 0 200 water\n')
    prepare('masks', *pairs, *by_color, '--out', tmp_path / 'colors')
    assert label_map(tmp_path / 'colors')[0, [0, 63]].tolist() == [1, 0]
    prepare('masks', *pairs, '--classes', 'a', 'b', '--out', tmp_path / 'numbers')
    assert label_map(tmp_path / 'numbers')[0, [0, 63]].tolist() == [0, 1]


def test_numbers_from_zero_stay_the_same_files(prepare, tmp_path):
    pairs = write_pairs(tmp_path / 'in', numbers(0, 1, 255, 2), end='_mask')
    prepare('masks', *pairs, '--classes', 'a', 'b', 'c', '--out', tmp_path / 'out')
    (file,) = (tmp_path / 'out/annotations/training').iterdir()
    assert os.path.samefile(file, tmp_path / f'in/masks/{file.stem}_mask.png')


def test_other_numbers(prepare, tmp_path):
    pairs = write_pairs(tmp_path / 'in', numbers(0, 1, 2, 11))
    names = ('--classes', 'a', 'b')
    out = ('--out', tmp_path / 'out')
    said = prepare('masks', *pairs, *names, *out)
    assert 'value 2 in 768 pixels, 11 in 768 pixels of 3,072 has no class' in said
    assert 'or add --ignore-label 2 11 if it is none' in said
    prepare('masks', *pairs, *names, *out, '--labels-from', 1, '--ignore-label', 11)
    assert label_map(tmp_path / 'out')[0, [0, 20, 40, 63]].tolist() == [255, 0, 1, 255]


def test_zero_and_255(prepare, tmp_path):
    pairs = write_pairs(tmp_path / 'in', numbers(0, 255))
    options = ('--classes', 'rest', 'crack', '--values', 0, 255)
    prepare('masks', *pairs, *options, '--out', tmp_path / 'out')
    assert label_map(tmp_path / 'out')[0, [0, 63]].tolist() == [0, 1]


@pytest.mark.parametrize(
    ('options', 'fault'),
    [
        ((), 'what do the pixels mean? The first 2 of 2 masks have 0, 1. Name the'),
        (('--classes', 'a', 'b', '--values', '0'), '--values has 1 numbers'),
        (('--classes', 'a', 'b', '--ignore-label', '1'), "1 is the label of 'b'"),
        (('--classes', 'a', '--ignore-class', 'x'), 'for numbers: --ignore-label'),
        (('--classes', 'a', '--val-images', 'x'), 'belong together: name both'),
        (('--palette', 'nowhere.txt'), 'the file nowhere.txt does not exist'),
    ],
)
def test_options(prepare, tmp_path, options, fault):
    pairs = write_pairs(tmp_path / 'in', numbers(0, 1))
    assert fault in prepare('masks', *pairs, *options, '--out', tmp_path / 'out')


def test_a_missing_mask_and_another_size(prepare, tmp_path):
    pairs = write_pairs(tmp_path / 'in', numbers(0, 1), number=3)
    (tmp_path / 'in/masks/im1.png').unlink()
    names = ('--classes', 'a', 'b', '--out', tmp_path / 'out')
    assert 'images/im1.jpg: has no mask' in prepare('masks', *pairs, *names)
    write_mask(tmp_path / 'in/masks/im1.png', numbers(0, 1)[:20])
    said = prepare('masks', *pairs, *names)
    assert 'im1.png: the size is 64x20, but' in said
    (tmp_path / 'in/masks/im1.png').unlink()
    said = prepare('masks', *pairs, *names, '--skip-missing')
    assert '1 images without a mask were left out' in said


def test_a_mask_of_the_stored_image_turns_with_it(prepare, tmp_path):
    pairs = write_pairs(tmp_path / 'in', numbers(0, 1))
    for file in (tmp_path / 'in/images').iterdir():
        write_picture(file, orientation=6)
    prepare('masks', *pairs, '--classes', 'a', 'b', '--out', tmp_path / 'out')
    labels = label_map(tmp_path / 'out')
    assert labels.shape == (64, 48)
    assert labels[[0, 63], 0].tolist() == [0, 1]


def test_folders_of_splits(prepare, tmp_path):
    for split in ('train', 'val'):
        write_picture(tmp_path / f'in/images/{split}/a.png')
        write_mask(tmp_path / f'in/masks/{split}/a_L.png', numbers(0, 1))
    pairs = ('--images', tmp_path / 'in/images', '--masks', tmp_path / 'in/masks')
    said = prepare('masks', *pairs, '--classes', 'a', 'b', '--out', tmp_path / 'out')
    assert 'own (--val draws another)' in said
    assert (tmp_path / 'out/images/validation/a.png').is_file()


def test_folders_for_validation(prepare, tmp_path):
    train = write_pairs(tmp_path / 'train', numbers(0, 1), number=3)
    write_pairs(tmp_path / 'val', numbers(0, 1), number=2)
    val = (
        '--val-images',
        tmp_path / 'val/images',
        '--val-masks',
        tmp_path / 'val/masks',
    )
    names = ('--classes', 'a', 'b')
    said = prepare('masks', *train, *val, *names, '--out', tmp_path / 'out')
    assert '3 images for training, 2 images for validation' in said


def test_images_of_two_kinds(prepare, tmp_path):
    pairs = write_pairs(tmp_path / 'in', numbers(0, 1), number=3)
    (tmp_path / 'in/images/im2.jpg').unlink()
    write_picture(tmp_path / 'in/images/im2.png')
    said = prepare('masks', *pairs, '--classes', 'a', 'b', '--out', tmp_path / 'out')
    assert '1 .png images are named .jpg' in said
    assert {f.suffix for f in (tmp_path / 'out/images').rglob('im*')} == {'.jpg'}


@pytest.mark.parametrize(
    'text',
    [
        '64 0 128\tCar\n1 2 3 Road marking\n',
        'name,r,g,b\nCar,64,0,128\nRoad marking,1,2,3\n',
        '# label:color_rgb:parts:actions\nCar:64,0,128::\nRoad marking:1,2,3::\n',
        '#400080 Car\n#010203 Road marking\n',
    ],
)
def test_forms_of_a_palette(tmp_path, text):
    (tmp_path / 'colors.txt').write_text(text)
    expected = [((64, 0, 128), 'Car'), ((1, 2, 3), 'Road marking')]
    assert read_palette(tmp_path / 'colors.txt') == expected


@pytest.mark.parametrize(
    ('text', 'fault'),
    [
        ('1 2 3 a\n1 2 3 b\n', r"colors.txt:2: the colour \(1, 2, 3\) is 'b' here"),
        ('1 2 300 a\n', "colors.txt:1: '1 2 300 a' is no colour"),
        ('a b\n', 'is no colour'),
        ('\n', 'has no colours'),
    ],
)
def test_faults_of_a_palette(tmp_path, text, fault):
    (tmp_path / 'colors.txt').write_text(text)
    with pytest.raises(ValueError, match=fault):
        read_palette(tmp_path / 'colors.txt')


@pytest.mark.parametrize('kind', ['labelIds', 'labelTrainIds'])
def test_cityscapes(prepare, tmp_path, kind):
    source = write_cityscapes(tmp_path / 'in', kind)
    said = prepare('cityscapes', source, '--out', tmp_path / 'out')
    assert '1 image for training, 1 image for validation' in said
    labels = label_map(tmp_path / 'out')
    assert labels[0, [0, 20, 40, 63]].tolist() == [0, 255, 18, 13]
    assert (tmp_path / 'out/images/training/aachen_000000_000019.png').is_file()


def test_cityscapes_classes_are_mmsegs():
    from mmseg.utils import cityscapes_classes

    from mmmetaformer.prepare.formats.cityscapes import CITYSCAPES_CLASSES

    assert cityscapes_classes() == CITYSCAPES_CLASSES


def test_cityscapes_without_labels(prepare, tmp_path):
    source = write_cityscapes(tmp_path / 'in', 'color')
    assert 'has neither' in prepare('cityscapes', source, '--out', tmp_path / 'out')
    said = prepare('cityscapes', tmp_path, '--out', tmp_path / 'out')
    assert 'has no folder leftImg8bit' in said


def test_folders_of_no_split_are_left_out(prepare, tmp_path):
    for name in ('train/a', 'val/b', 'test/c', 'test/d'):
        write_picture(tmp_path / f'in/images/{name}.png')
        write_mask(tmp_path / f'in/masks/{name}.png', numbers(0, 1))
    pairs = ('--images', tmp_path / 'in/images', '--masks', tmp_path / 'in/masks')
    names = ('--classes', 'a', 'b')
    said = prepare('masks', *pairs, *names, '--out', tmp_path / 'out')
    assert '1 image for training, 1 image for validation' in said
    assert "the split is the data set's own" in said
    assert '2 images of neither split were left out (first: test/c)' in said
    assert not list((tmp_path / 'out').rglob('test'))
    said = prepare('masks', *pairs, *names, '--out', tmp_path / 'all', '--val', 0.5)
    assert '2 images for training, 2 images for validation' in said


def test_a_mirrored_image(prepare, tmp_path):
    pairs = write_pairs(tmp_path / 'in', numbers(0, 1))
    write_picture(tmp_path / 'in/images/im0.jpg', orientation=2)
    names = ('--classes', 'a', 'b')
    said = prepare('masks', *pairs, *names, '--out', tmp_path / 'out')
    assert '1 images are turned or mirrored by EXIF when they are loaded' in said


def test_masks_take_space_too(prepare, tmp_path, monkeypatch):
    pairs = write_pairs(tmp_path / 'in', numbers(0, 1))
    images = (tmp_path / 'in/images').iterdir()
    free = sum(file.stat().st_size for file in images)
    usage = shutil.disk_usage(tmp_path)
    full = type(usage)(usage.total, usage.total, free)
    monkeypatch.setattr(shutil, 'disk_usage', lambda _: full)
    options = ('--classes', 'a', 'b', '--copy', '--out', tmp_path / 'out')
    said = prepare('masks', *pairs, *options)
    assert 'free, and the copies of 4 files take' in said
    assert 'choose another folder: --out' in said


def test_values_that_no_mask_has(prepare, tmp_path):
    pairs = write_pairs(tmp_path / 'in', numbers(0, 1))
    options = ('--classes', 'a', '--values', 70000, '--out', tmp_path / 'out')
    assert 'takes numbers from 0 to 65535' in prepare('masks', *pairs, *options)
