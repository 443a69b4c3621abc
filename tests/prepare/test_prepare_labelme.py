# SPDX-License-Identifier: Apache-2.0
"""LabelMe's JSON files to either layout."""

import base64
import io

import numpy as np
import pytest
from made_sets import instances, shape, write_labelme, write_picture
from PIL import Image
from pycocotools import mask as coco_mask

from mmmetaformer.prepare.formats.labelme_maps import read_labelme_maps
from mmmetaformer.prepare.problems import Notes

TRIANGLE = [[10, 10], [30, 10], [10, 30]]
BOX = [[5, 6], [25, 26]]


def write_two(root, shapes, **more):
    for name in ('im0', 'im1'):
        write_labelme(root, shapes, name=name, **more)
    return root


def png(array):
    stream = io.BytesIO()
    Image.fromarray(np.asarray(array, np.uint8) * 255).save(stream, 'PNG')
    return base64.b64encode(stream.getvalue()).decode()


def objects(prepare, root, shapes, *options, **more):
    said = prepare(
        'labelme',
        write_two(root / 'in', shapes, **more),
        '--out',
        root / 'out',
        *options,
    )
    return said, instances(root / 'out', 'train')['annotations']


def test_polygons_and_circles(prepare, tmp_path):
    circle = shape('ball', [[40, 24], [40, 34]], 'circle')
    said, (tree, ball) = objects(prepare, tmp_path, [shape('tree', TRIANGLE), circle])
    assert tree['segmentation'] == [[10, 10, 30, 10, 10, 30]]
    assert (tree['bbox'], tree['area']) == ([10, 10, 20, 20], 200)
    assert ball['bbox'] == [30, 14, 20, 20]
    assert ball['area'] == pytest.approx(np.pi * 100, rel=0.01)
    assert 'mask_rcnn_convformer.py' in said


def test_rectangles_are_boxes(prepare, tmp_path):
    said, (tree,) = objects(prepare, tmp_path, [shape('tree', BOX[::-1], 'rectangle')])
    assert tree['bbox'] == [5, 6, 20, 20]
    assert 'segmentation' not in tree
    assert 'faster_rcnn_convformer.py' in said


def test_a_group_is_one_object(prepare, tmp_path):
    other = [[40, 40], [50, 40], [50, 47]]
    parts = [shape('tree', points, group_id=3) for points in (TRIANGLE, other)]
    _, (tree,) = objects(prepare, tmp_path, parts)
    assert len(tree['segmentation']) == 2
    assert tree['bbox'] == [10, 10, 40, 37]


def test_masks(prepare, tmp_path):
    inside = np.zeros((6, 8))
    inside[1:5, 2:6] = 1
    one = shape('cell', [[10, 20], [17, 25]], 'mask', mask=png(inside))
    _, (cell,) = objects(prepare, tmp_path, [one])
    assert cell['bbox'] == [12, 21, 4, 4]
    assert cell['area'] == 16
    mask = coco_mask.decode(cell['segmentation'])
    assert mask.shape == (48, 64)
    assert mask[21:25, 12:16].all()


def test_shapes_without_an_area(prepare, tmp_path):
    shapes = [
        shape('tree', TRIANGLE),
        shape('edge', [[1, 1], [9, 9]], 'line'),
        shape('tree', [[5, 5], [5, 9], [5, 20]]),
    ]
    said, annotations = objects(prepare, tmp_path, shapes)
    assert len(annotations) == 1
    assert '2 shapes of type line enclose no area and were left out' in said
    assert '2 objects without a side' in said


@pytest.mark.parametrize(
    ('bad', 'fault'),
    [
        (shape('tree', [[1, 1], [2, 2]]), 'a polygon of 2 points; expected 3 or more'),
        (shape('tree', TRIANGLE, 'rectangle'), 'a rectangle of 3 points; expected 2'),
        (shape('tree', [1, 2, 3]), 'its points are [1, 2, 3]'),
        (shape('', TRIANGLE), 'it has no label'),
        (shape('tree', BOX, 'mask', mask='!!'), 'its mask cannot be read'),
        (shape('tree', [[60, 40], [70, 50]], 'mask', mask=png(np.ones((9, 9)))), 'out'),
    ],
)
def test_faults(prepare, tmp_path, bad, fault):
    write_two(tmp_path / 'in', [shape('tree', TRIANGLE), bad])
    said = prepare('labelme', tmp_path / 'in', '--out', tmp_path / 'out')
    assert 'im0.json: shape 1: ' in said
    assert fault in said


def test_a_broken_file_and_another_size(prepare, tmp_path):
    write_two(tmp_path / 'in', [shape('tree', TRIANGLE)], imageWidth=640)
    said = prepare('labelme', tmp_path / 'in', '--out', tmp_path / 'out')
    assert 'the size is 640x48, but' in said
    (tmp_path / 'in/im0.json').write_text('{\n"shapes": [}')
    said = prepare('labelme', tmp_path / 'in', '--out', tmp_path / 'out')
    assert 'im0.json:2: not well-formed JSON' in said


def test_a_missing_image(prepare, tmp_path):
    for name in ('im2', 'im3'):
        write_labelme(tmp_path / 'in', [shape('tree', TRIANGLE)], name=name)
    write_labelme(tmp_path / 'in', [shape('tree', TRIANGLE)])
    (tmp_path / 'in/im0.jpg').unlink()
    said = prepare('labelme', tmp_path / 'in', '--out', tmp_path / 'out')
    assert 'its image im0.jpg is not there' in said
    options = ('--skip-missing', '--to', 'ade20k')
    said = prepare('labelme', tmp_path / 'in', '--out', tmp_path / 'out', *options)
    assert '1 image for training, 1 image for validation' in said


def label_map(root):
    (file,) = (root / 'annotations/training').glob('*.png')
    return np.asarray(Image.open(file))


def test_label_maps(prepare, tmp_path):
    shapes = [
        shape('tree', [[0, 0], [40, 0], [40, 40], [0, 40]]),
        shape('ball', [[10, 10], [20, 10], [20, 20], [10, 20]]),
        shape('__ignore__', [[50, 0], [60, 0], [60, 10], [50, 10]]),
    ]
    source = write_two(tmp_path / 'in', shapes)
    options = ('--out', tmp_path / 'out', '--to', 'ade20k')
    said = prepare('labelme', source, *options)
    assert '--labels-from 0' in said
    names = (tmp_path / 'out/classes.txt').read_text().split()
    assert names == ['_background_', 'ball', 'tree']
    labels = label_map(tmp_path / 'out')
    assert [labels[15, 15], labels[30, 30], labels[5, 55], labels[45, 60]] == [
        1,
        2,
        255,
        0,
    ]


def test_label_maps_without_a_background(prepare, tmp_path):
    source = write_two(tmp_path / 'in', [shape('tree', TRIANGLE)])
    options = ('--to', 'ade20k', '--classes', 'ball', 'tree')
    prepare('labelme', source, '--out', tmp_path / 'out', *options)
    labels = label_map(tmp_path / 'out')
    assert [labels[12, 12], labels[40, 40]] == [1, 255]


def test_polygons_are_clipped(prepare, tmp_path):
    outside = [[44, 24], [84, 4], [84, 44]]
    said, (tree,) = objects(prepare, tmp_path, [shape('tree', outside)])
    assert tree['segmentation'] == [[64, 34, 44, 24, 64, 14]]
    assert (tree['bbox'], tree['area']) == ([44, 14, 20, 20], 200)
    assert 'reached out of their image and were cut' in said


def test_label_maps_of_polygons_that_reach_out(prepare, tmp_path):
    """What is cut off has no edge that is drawn along the border."""
    horseshoe = [[10, 5], [-9, 5], [-9, 40], [10, 40], [10, 35], [-4, 35], [-4, 10]]
    source = write_two(tmp_path / 'in', [shape('tree', [*horseshoe, [10, 10]])])
    prepare('labelme', source, '--out', tmp_path / 'out', '--to', 'ade20k')
    labels = label_map(tmp_path / 'out')
    assert labels[[7, 20, 37], 0].tolist() == [1, 0, 1]


def test_names_that_two_images_have(prepare, tmp_path):
    for folder in ('a', 'b'):
        (tmp_path / 'in' / folder).mkdir(parents=True)
        write_labelme(tmp_path / 'in' / folder, [shape('tree', TRIANGLE)])
    (tmp_path / 'in/a/im0.json').unlink()
    (tmp_path / 'in/b/im0.json').rename(tmp_path / 'in/im0.json')
    said = prepare('labelme', tmp_path / 'in', '--out', tmp_path / 'out')
    assert 'its image im0.jpg is not there, and several have its name' in said


def test_two_files_of_one_image(prepare, tmp_path):
    source = write_two(tmp_path / 'in', [shape('tree', TRIANGLE)])
    text = (source / 'im0.json').read_text()
    (source / 'again.json').write_text(text)
    said = prepare('labelme', source, '--out', tmp_path / 'out')
    assert 'im0.jpg is that of ' in said
    assert 'again.json' in said


def test_what_is_no_object(prepare, tmp_path):
    shapes = [shape(name, TRIANGLE) for name in ('_background_', '__ignore__', 'tree')]
    objects(prepare, tmp_path, shapes)
    assert (tmp_path / 'out/classes.txt').read_text() == 'tree\n'
    options = ('--classes', '__ignore__', '_background_', 'tree')
    prepare('labelme', tmp_path / 'in', '--out', tmp_path / 'two', *options)
    assert (tmp_path / 'two/classes.txt').read_text() == 'tree\n'


def test_more_classes_than_labels(prepare, tmp_path):
    names = [f'c{index}' for index in range(256)]
    source = write_two(tmp_path / 'in', [shape(name, TRIANGLE) for name in names])
    options = ('--to', 'ade20k')
    said = prepare('labelme', source, '--out', tmp_path / 'out', *options)
    assert '257 classes: label maps of 8 bits have room for 255' in said


def test_a_turn_that_the_size_does_not_show(prepare, tmp_path):
    source = write_two(tmp_path / 'in', [shape('tree', TRIANGLE)])
    write_picture(source / 'im0.jpg', orientation=3)
    said = prepare('labelme', source, '--out', tmp_path / 'out')
    assert '1 images are turned or mirrored by EXIF when they are loaded' in said


def test_maps_name_their_json_file(tmp_path):
    source = write_two(tmp_path / 'in', [shape('tree', TRIANGLE)])
    images, _ = read_labelme_maps(source, None, False, False, Notes())
    assert [one.map_file.name for one in images] == ['im0.json', 'im1.json']
