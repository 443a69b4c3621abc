# SPDX-License-Identifier: Apache-2.0
"""YOLO's text files to COCO's layout."""

import pytest
from made_sets import instances, write_picture, write_yolo

YAML = 'train: images/train\nval: images/val\nnames:\n  0: cat\n  1: big dog\n'
BOX = '0 0.5 0.5 0.5 0.5\n'


def source(root, text=BOX, yaml=YAML):
    return write_yolo(root / 'yolo', {'train/a': text, 'val/b': BOX}, yaml)


def test_boxes_and_the_split_of_the_yaml(prepare, tmp_path):
    said = prepare('yolo', source(tmp_path), '--out', tmp_path / 'out')
    assert '1 image for training, 1 image for validation' in said
    truth = instances(tmp_path / 'out', 'train')
    assert [c['name'] for c in truth['categories']] == ['cat', 'big dog']
    assert truth['annotations'][0]['bbox'] == [16, 12, 32, 24]
    assert truth['images'][0]['file_name'] == 'a.jpg'
    assert (tmp_path / 'out/classes.txt').read_text() == 'cat\nbig dog\n'


def test_polygons(prepare, tmp_path):
    text = '1 0 0 0.5 0 0.5 0.5 0 0.5\n' + BOX
    said = prepare('yolo', source(tmp_path, text), '--out', tmp_path / 'out')
    dog, cat = instances(tmp_path / 'out', 'train')['annotations']
    assert dog['segmentation'] == [[0, 0, 32, 0, 32, 24, 0, 24]]
    assert (dog['bbox'], dog['area']) == ([0, 0, 32, 24], 32 * 24)
    assert cat['segmentation'] == [[16, 12, 48, 12, 48, 36, 16, 36]]
    assert 'objects without a mask have their rectangle as one' in said
    assert 'mask_rcnn_convformer.py' in said


@pytest.mark.parametrize(
    ('line', 'fault'),
    [
        ('2 0.5 0.5 0.5 0.5', 'the class is 2, but there are 2 classes: 0 to 1'),
        ('-1 0.5 0.5 0.5 0.5', 'the class is -1'),
        ('0.5 0.5 0.5 0.5 0.5', 'the class is 0.5'),
        ('0 32 24 10 10', 'the value 32 is not from 0 to 1: are these pixels?'),
        ('0 0.5 0.5 0.5', '4 values: expected 5'),
        ('0 0.5 0.5 0.5 0.5 0.9', 'confidence'),
        ('0 0.1 0.1 0.2 0.2 0.3 0.3 0.4', '8 values'),
        ('cat 0.5 0.5 0.5 0.5', "'cat 0.5 0.5 0.5 0.5' are no numbers"),
        ('0 nan 0.5 0.5 0.5', 'not finite'),
    ],
)
def test_faults(prepare, tmp_path, line, fault):
    said = prepare('yolo', source(tmp_path, BOX + line), '--out', tmp_path / 'out')
    assert 'labels/train/a.txt:2: ' in said
    assert fault in said
    assert not (tmp_path / 'out').exists()


def test_rounding_at_the_edge_is_cut(prepare, tmp_path):
    text = '0 0.5 0.5 1.002 1.002\n'
    said = prepare('yolo', source(tmp_path, text), '--out', tmp_path / 'out')
    first = instances(tmp_path / 'out', 'train')['annotations'][0]
    assert first['bbox'] == [0, 0, 64, 48]
    assert 'were cut' not in said


def test_sizes_are_those_after_turning(prepare, tmp_path):
    place = source(tmp_path)
    write_picture(place / 'images/train/a.jpg', orientation=8)
    prepare('yolo', place, '--out', tmp_path / 'out')
    truth = instances(tmp_path / 'out', 'train')
    assert (truth['images'][0]['width'], truth['images'][0]['height']) == (48, 64)
    assert truth['annotations'][0]['bbox'] == [12, 16, 24, 32]


def test_images_without_labels_have_no_objects(prepare, tmp_path):
    place = source(tmp_path)
    write_picture(place / 'images/train/empty.jpg')
    said = prepare('yolo', place, '--out', tmp_path / 'out')
    assert '1 of 3 images have no label file and so no objects' in said
    assert len(instances(tmp_path / 'out', 'train')['images']) == 2
    for file in place.glob('labels/*/*'):
        file.unlink()
    said = prepare('yolo', place, '--out', tmp_path / 'other')
    assert 'no image of' in said
    assert 'labels/train/a.txt' in said


def test_without_a_yaml(prepare, tmp_path):
    labels = {f'im{index}': BOX for index in range(5)}
    place = write_yolo(tmp_path / 'yolo', labels)
    said = prepare('yolo', place, '--out', tmp_path / 'out')
    assert 'Name them: --classes NAME' in said
    said = prepare('yolo', place, '--out', tmp_path / 'out', '--classes', 'cat')
    assert '4 images for training, 1 image for validation' in said
    (place / 'classes.txt').write_text('cat\ndog\n')
    prepare('yolo', place, '--out', tmp_path / 'two')
    assert (tmp_path / 'two/classes.txt').read_text() == 'cat\ndog\n'


def test_lists_of_images_and_paths_of_other_machines(prepare, tmp_path):
    yaml = (
        'path: /somewhere/else\ntrain: train.txt\nval: ../images/val\n'
        'names: [cat, dog]\nnc: 2\n'
    )
    place = source(tmp_path, yaml=yaml)
    (place / 'train.txt').write_text('./images/train/a.jpg\n')
    said = prepare('yolo', place / 'data.yaml', '--out', tmp_path / 'out')
    assert '1 image for training, 1 image for validation' in said


@pytest.mark.parametrize(
    ('yaml', 'fault'),
    [
        ('train: images/train\nnames: [cat\n', 'not well-formed YAML'),
        (
            'train: images/trrain\nval: images/val\nnames: [a, b]\n',
            'images/trrain is not',
        ),
        ('train: images/train\nnames: [a]\nnc: 3\n', '`nc` is 3, but `names` has 1'),
        ('train: images/train\nnames: {1: a, 2: b}\n', 'are [1, 2], not 0, 1'),
    ],
)
def test_wrong_yaml(prepare, tmp_path, yaml, fault):
    place = source(tmp_path, yaml=yaml) / 'data.yaml'
    assert fault in prepare('yolo', place, '--out', tmp_path / 'out')


def test_some_of_the_classes(prepare, tmp_path):
    place = source(tmp_path, BOX + '1 0.5 0.5 0.2 0.2\n')
    options = ('--out', tmp_path / 'out', '--classes', 'big dog')
    assert 'add --subset' in prepare('yolo', place, *options)
    prepare('yolo', place, *options, '--subset')
    truth = instances(tmp_path / 'out', 'train')
    assert [one['category_id'] for one in truth['annotations']] == [1]
    assert [c['name'] for c in truth['categories']] == ['big dog']


def test_a_label_file_that_is_no_text(prepare, tmp_path):
    place = source(tmp_path)
    (place / 'labels/train/a.txt').write_bytes(b'\xff\xd8\xff\xe0')
    said = prepare('yolo', place, '--out', tmp_path / 'out')
    assert 'labels/train/a.txt: is no text file' in said


def test_repeated_lines_count_once(prepare, tmp_path):
    said = prepare('yolo', source(tmp_path, BOX + BOX), '--out', tmp_path / 'out')
    assert len(instances(tmp_path / 'out', 'train')['annotations']) == 1
    assert '1 lines are there twice and count once' in said


OVERLAPPING = 'train: images\nval: images/val\nnames: [cat, big dog]\n'


def test_images_of_both_splits_are_refused(prepare, tmp_path):
    said = prepare('yolo', source(tmp_path, yaml=OVERLAPPING), '--out', tmp_path / 'o')
    assert 'images/val/b.jpg and 0 more are in `train` as well as in `val`' in said
    assert 'draw a new split: --val' in said


def test_links_to_one_image_are_refused(prepare, tmp_path):
    place = source(tmp_path)
    (place / 'images/val/b.jpg').unlink()
    (place / 'images/val/b.jpg').symlink_to(place / 'images/train/a.jpg')
    said = prepare('yolo', place, '--out', tmp_path / 'out')
    assert 'are in `train` as well as in `val`' in said


def test_a_new_split_of_overlapping_ones(prepare, tmp_path):
    place = source(tmp_path, yaml=OVERLAPPING)
    said = prepare('yolo', place, '--out', tmp_path / 'out', '--val', 0.5)
    assert '1 image for training, 1 image for validation' in said
    assert '50% validate, drawn' in said


def test_polygons_that_reach_out_are_clipped(prepare, tmp_path):
    # A triangle of which the corner at the right is 0.64 pixels outside.
    text = '0 0.5 0.25 1.01 0.5 0.5 0.75\n'
    prepare('yolo', source(tmp_path, text), '--out', tmp_path / 'out')
    (one,) = instances(tmp_path / 'out', 'train')['annotations']
    (points,) = one['segmentation']
    assert len(points) == 8
    assert [x for x in points[::2] if x == 64] == [64, 64]
    assert one['bbox'] == [32, 12, 32, 24]
