# SPDX-License-Identifier: Apache-2.0
"""VOC's XML files to COCO's layout."""

import errno
import os

import numpy as np
import pytest
from made_sets import instances, voc_object, write_picture, write_voc, write_xml
from PIL import Image, ImageOps

from mmmetaformer.prepare.turned import turn_array, turn_points


def boxes(root, split):
    return [one['bbox'] for one in instances(root, split)['annotations']]


def one_image(root, objects, size=(64, 48), orientation=None, said=None):
    write_picture(root / 'JPEGImages/a.jpg', size, orientation=orientation)
    write_xml(root / 'Annotations/a.xml', 'a.jpg', said or size, objects)
    write_picture(root / 'JPEGImages/b.jpg', size)
    write_xml(
        root / 'Annotations/b.xml', 'b.jpg', size, [voc_object('cat', (1, 1, 9, 9))]
    )
    lists = root / 'ImageSets/Main'
    lists.mkdir(parents=True)
    (lists / 'train.txt').write_text('a\n')
    (lists / 'val.txt').write_text('b\n')
    return root


def test_its_own_split_and_one_based_boxes(prepare, tmp_path):
    said = prepare('voc', write_voc(tmp_path / 'voc'), '--out', tmp_path / 'out')
    assert '7 images for training, 3 images for validation' in said
    assert 'own (--val draws another)' in said
    truth = instances(tmp_path / 'out', 'train')
    # The first 32x24 pixels; the last pixel of a box belongs to it.
    assert truth['annotations'][0]['bbox'] == [0, 0, 32, 24]
    assert truth['annotations'][1]['bbox'] == [10, 10, 54, 38]
    assert [c['name'] for c in truth['categories']] == ['cat', 'dog']
    assert truth['images'][0] == dict(id=1, file_name='im000.jpg', width=64, height=48)
    assert 'segmentation' not in truth['annotations'][0]
    assert 'faster_rcnn_convformer.py' in said


def test_images_are_linked_and_survive_the_source(prepare, tmp_path):
    source = write_voc(tmp_path / 'voc')
    prepare('voc', source, '--out', tmp_path / 'out')
    new = tmp_path / 'out/train2017/im000.jpg'
    old = source / 'JPEGImages/im000.jpg'
    assert os.path.samefile(new, old)
    prepare('voc', source, '--out', tmp_path / 'copied', '--copy')
    copied = tmp_path / 'copied/train2017/im000.jpg'
    assert not os.path.samefile(copied, old)
    assert copied.read_bytes() == old.read_bytes()


@pytest.mark.parametrize('choice', ['ignore', 'keep', 'drop'])
def test_difficult(prepare, tmp_path, choice):
    objects = [voc_object('cat', (1, 1, 9, 9)), voc_object('cat', (9, 9, 20, 20), 1)]
    source = one_image(tmp_path / 'voc', objects)
    prepare('voc', source, '--out', tmp_path / 'out', '--difficult', choice)
    crowds = [a['iscrowd'] for a in instances(tmp_path / 'out', 'train')['annotations']]
    assert crowds == {'ignore': [0, 1], 'keep': [0, 0], 'drop': [0]}[choice]


def test_boxes_that_start_at_zero(prepare, tmp_path):
    source = one_image(tmp_path / 'voc', [voc_object('cat', (0, 0, 31, 23))])
    said = prepare('voc', source, '--out', tmp_path / 'one')
    assert '--boxes-from 0' in said
    prepare('voc', source, '--out', tmp_path / 'zero', '--boxes-from', 0)
    assert boxes(tmp_path / 'one', 'train') == [[0, 0, 31, 23]]
    assert boxes(tmp_path / 'zero', 'train') == [[0, 0, 32, 24]]


def test_boxes_outside_and_without_a_side(prepare, tmp_path):
    objects = [
        voc_object('cat', (50, 40, 90, 90)),
        voc_object('cat', (70, 1, 80, 9)),
        voc_object('cat', (20, 30, 11, 11)),
    ]
    source = one_image(tmp_path / 'voc', objects)
    said = prepare('voc', source, '--out', tmp_path / 'out')
    assert boxes(tmp_path / 'out', 'train') == [[49, 39, 15, 9], [11, 11, 8, 18]]
    assert '1 objects without a side' in said


@pytest.mark.parametrize('orientation', range(5, 9))
def test_points_turn_as_pillow_turns_the_image(tmp_path, orientation):
    class Stored:
        size = (7, 5)

    Stored.orientation = orientation
    pixels = np.zeros((5, 7), np.uint8)
    pixels[1:3, 4:6] = 9
    image = Image.fromarray(pixels)
    image.getexif()[0x0112] = orientation
    turned = np.asarray(ImageOps.exif_transpose(image))
    assert np.array_equal(turn_array(pixels, orientation), turned)
    x1, y1, x2, y2 = turn_points([4, 1, 6, 3], Stored)
    (left, right), (top, bottom) = sorted((x1, x2)), sorted((y1, y2))
    rows, columns = np.nonzero(turned)
    assert (left, top) == (columns.min(), rows.min())
    assert (right, bottom) == (columns.max() + 1, rows.max() + 1)


def test_boxes_on_the_stored_image_turn_with_it(prepare, tmp_path):
    objects = [voc_object('cat', (1, 1, 10, 20))]
    source = one_image(tmp_path / 'voc', objects, orientation=6)
    said = prepare('voc', source, '--out', tmp_path / 'out')
    truth = instances(tmp_path / 'out', 'train')
    assert (truth['images'][0]['width'], truth['images'][0]['height']) == (48, 64)
    assert boxes(tmp_path / 'out', 'train') == [[28, 0, 20, 10]]
    assert 'turned as EXIF' in said


def test_boxes_on_the_turned_image_stay(prepare, tmp_path):
    objects = [voc_object('cat', (1, 1, 10, 20))]
    source = one_image(tmp_path / 'voc', objects, orientation=6, said=(48, 64))
    prepare('voc', source, '--out', tmp_path / 'out')
    assert boxes(tmp_path / 'out', 'train') == [[0, 0, 10, 20]]


def test_another_size(prepare, tmp_path):
    source = one_image(tmp_path / 'voc', [], said=(640, 480))
    said = prepare('voc', source, '--out', tmp_path / 'out')
    assert 'a.xml:3: the size is 640x480, but' in said
    assert 'is 64x48' in said
    assert not (tmp_path / 'out').exists()


def test_faults_have_file_and_line(prepare, tmp_path):
    source = write_voc(tmp_path / 'voc')
    file = source / 'Annotations/im000.xml'
    file.write_text(file.read_text().replace('<ymin>11<', '<ymin>eleven<'))
    said = prepare('voc', source, '--out', tmp_path / 'out')
    assert "im000.xml:23: <ymin> is 'eleven'; expected a number" in said
    file.write_text(file.read_text()[:-30])
    said = prepare('voc', source, '--out', tmp_path / 'out')
    assert 'im000.xml:' in said
    assert 'not well-formed XML' in said
    assert not list(tmp_path.glob('.out*'))


def test_entities_are_refused(prepare, tmp_path):
    source = write_voc(tmp_path / 'voc')
    file = source / 'Annotations/im000.xml'
    bomb = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>'
    file.write_text(bomb + file.read_text())
    said = prepare('voc', source, '--out', tmp_path / 'out')
    assert "im000.xml:1: it defines the entity 'b'" in said


def test_missing_images(prepare, tmp_path):
    source = write_voc(tmp_path / 'voc')
    (source / 'JPEGImages/im001.jpg').unlink()
    said = prepare('voc', source, '--out', tmp_path / 'out')
    assert 'im001.xml: its image im001.jpg is not there' in said
    said = prepare('voc', source, '--out', tmp_path / 'out', '--skip-missing')
    assert '6 images for training' in said
    assert '1 annotations without an image were left out' in said


def test_classes_that_are_not_named(prepare, tmp_path):
    source = write_voc(tmp_path / 'voc')
    said = prepare('voc', source, '--out', tmp_path / 'out', '--classes', 'cat', 'dgo')
    assert "'dog', which --classes does not name. Did you mean 'dgo'?" in said
    options = ('--classes', 'dog', '--subset')
    said = prepare('voc', source, '--out', tmp_path / 'out', *options)
    truth = instances(tmp_path / 'out', 'train')
    assert [c['name'] for c in truth['categories']] == ['dog']
    assert len(truth['images']) == 7
    assert {a['category_id'] for a in truth['annotations']} == {1}


def test_a_folder_of_images_with_xml_files_beside_them(prepare, tmp_path):
    for name in 'abcde':
        write_picture(tmp_path / f'mine/{name}.png')
        cat = voc_object('cat', (1, 1, 9, 9))
        # LabelImg writes the name before the file was renamed.
        write_xml(tmp_path / f'mine/{name}.xml', 'DSC.JPG', (64, 48), [cat])
    said = prepare('voc', tmp_path / 'mine', '--out', tmp_path / 'out')
    assert '4 images for training, 1 image for validation' in said
    assert '20% validate, drawn by --seed 0' in said


def test_lists_of_both(prepare, tmp_path):
    source = write_voc(tmp_path / 'voc')
    (source / 'ImageSets/Main/val.txt').write_text('im000\nim009\n')
    said = prepare('voc', source, '--out', tmp_path / 'out')
    assert 'im000 and 0 more are in' in said
    assert prepare('voc', source, '--out', tmp_path / 'out', '--val', 0.3).count('7 ')


def test_masks_with_the_names_of_images_are_not_taken_for_them(prepare, tmp_path):
    """The Oxford pets' folders: trimaps lie beside the XML files."""
    source = tmp_path / 'pets'
    for index in range(3):
        write_picture(source / f'images/pet_{index}.jpg', seed=index)
        write_picture(source / f'annotations/trimaps/pet_{index}.png')
        cat = voc_object('cat', (1, 1, 9, 9))
        file = source / f'annotations/xmls/pet_{index}.xml'
        write_xml(file, f'pet_{index}.jpg', (64, 48), [cat])
    prepare('voc', source, '--out', tmp_path / 'out')
    assert {f.suffix for f in (tmp_path / 'out').rglob('pet_*')} == {'.jpg'}


def test_another_disk(prepare, tmp_path, monkeypatch):
    def refused(*_):
        raise OSError(errno.EXDEV, 'Invalid cross-device link')

    monkeypatch.setattr(os, 'link', refused)
    said = prepare('voc', write_voc(tmp_path / 'voc'), '--out', tmp_path / 'out')
    assert 'images are copies: no hard links from another disk' in said
    assert (tmp_path / 'out/train2017/im000.jpg').is_file()


def write_folders(root, pictures, files):
    """Write images and XML files whose <filename> has no folder."""
    for index, name in enumerate(pictures):
        write_picture(root / f'JPEGImages/{name}.jpg', seed=index)
    for name in files:
        cat = voc_object('cat', (1, 1, 9, 9))
        filename = f'{name.rpartition("/")[2]}.jpg'
        write_xml(root / f'Annotations/{name}.xml', filename, (64, 48), [cat])
    return root


def test_the_image_in_the_folder_of_its_annotation(prepare, tmp_path):
    names = ('1', 'a/1', 'b/1')
    source = write_folders(tmp_path / 'voc', names, names)
    prepare('voc', source, '--out', tmp_path / 'out')
    for name in names:
        (new,) = (tmp_path / 'out').glob(f'*2017/{name}.jpg')
        assert os.path.samefile(new, source / f'JPEGImages/{name}.jpg'), name


def test_a_name_that_two_images_have(prepare, tmp_path):
    source = write_folders(tmp_path / 'voc', ['a/1', 'b/1', '2'], ['1', '2'])
    said = prepare('voc', source, '--out', tmp_path / 'out')
    assert 'Annotations/1.xml: its image 1.jpg is not there, and several have' in said
    assert 'JPEGImages/a/1.jpg' in said


def test_two_annotations_of_one_image(prepare, tmp_path):
    source = write_folders(tmp_path / 'voc', ['1', '2'], ['a/1', 'b/1', '2'])
    said = prepare('voc', source, '--out', tmp_path / 'out')
    assert 'b/1.xml: its image ' in said
    assert 'JPEGImages/1.jpg is that of ' in said
    assert not (tmp_path / 'out').exists()


def test_names_of_the_lists_without_an_xml_file(prepare, tmp_path):
    source = write_voc(tmp_path / 'voc')
    (source / 'Annotations/im009.xml').unlink()
    said = prepare('voc', source, '--out', tmp_path / 'out')
    assert '1 names of the lists have no XML file and were left out (first: ' in said
    assert 'im009' in said


def test_lists_of_other_names(prepare, tmp_path):
    source = write_voc(tmp_path / 'voc')
    for split in ('train', 'val'):
        (source / f'ImageSets/Main/{split}.txt').write_text(f'{split}7\n')
    said = prepare('voc', source, '--out', tmp_path / 'out')
    assert 'no name in the lists of ImageSets has an .xml file in' in said
    assert 'such as train7' in said
    assert '8 images' in prepare('voc', source, '--out', tmp_path / 'out', '--val', 0.2)


@pytest.mark.parametrize(
    ('train', 'val'),
    # The second pair is that of a class.
    [('a 1\nb\n', 'a 2\n'), ('a 1  1\nb -1\n', 'a 2  0\n')],
)
def test_names_with_spaces(prepare, tmp_path, train, val):
    names = ('a 1', 'a 2', 'b')
    source = write_folders(tmp_path / 'voc', names, names)
    lists = source / 'ImageSets/Main'
    lists.mkdir(parents=True)
    (lists / 'train.txt').write_text(train)
    (lists / 'val.txt').write_text(val)
    said = prepare('voc', source, '--out', tmp_path / 'out')
    assert '2 images for training, 1 image for validation' in said


@pytest.mark.parametrize(('orientation', 'size'), [(3, (64, 48)), (6, (48, 48))])
def test_a_turn_that_sizes_do_not_show(prepare, tmp_path, orientation, size):
    objects = [voc_object('cat', (1, 1, 10, 20))]
    source = one_image(tmp_path / 'voc', objects, size, orientation)
    said = prepare('voc', source, '--out', tmp_path / 'out')
    assert '1 images are turned or mirrored by EXIF when they are loaded' in said
    assert boxes(tmp_path / 'out', 'train') == [[0, 0, 10, 20]]


def test_some_images_on_another_disk(prepare, tmp_path, monkeypatch):
    link = os.link

    def refused(file, target):
        if file.endswith('im000.jpg'):
            raise OSError(errno.EXDEV, 'Invalid cross-device link')
        link(file, target)

    monkeypatch.setattr(os, 'link', refused)
    said = prepare('voc', write_voc(tmp_path / 'voc'), '--out', tmp_path / 'out')
    assert '9 hard links, 1 copies' in said


def test_names_of_labelme_are_names_here(prepare, tmp_path):
    source = one_image(tmp_path / 'voc', [voc_object('_background_', (1, 1, 9, 9))])
    options = ('--classes', 'cat', '_background_')
    prepare('voc', source, '--out', tmp_path / 'out', *options)
    assert (tmp_path / 'out/classes.txt').read_text() == 'cat\n_background_\n'
