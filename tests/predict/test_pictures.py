# SPDX-License-Identifier: Apache-2.0
"""Pictures of predictions."""

import cv2
import numpy as np
import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.predict.draw import draw
from mmmetaformer.predict.images import as_loaded, as_rgb
from mmmetaformer.predict.legend import with_legend
from mmmetaformer.predict.masks import Masks
from mmmetaformer.predict.palette import fitting_palette
from mmmetaformer.predict.result import Result

GREY = np.full((120, 200, 3), 100, np.uint8)
NAMES = ('cat', 'Füchsin')
PALETTE = [(255, 0, 0), (0, 0, 255)]


def test_boxes_and_names():
    boxes = np.array([[50, 60, 150, 110]], float)
    picture = draw(
        GREY, boxes=boxes, labels=np.array([1]), names=NAMES, palette=PALETTE
    )
    assert picture.shape == GREY.shape
    assert (GREY == 100).all()
    assert picture[80, 50].tolist() == [0, 0, 255]  # RGB: blue
    assert picture[85, 100].tolist() == [100, 100, 100]
    assert (picture[40:60, 50:90] != 100).any()  # the name, above
    # At the upper edge, the name is inside; a box may reach beyond the image.
    boxes = np.array([[-30, -9, 500, 90]], float)
    draw(GREY, boxes=boxes, labels=np.array([0]), scores=np.array([0.5]), names=NAMES)


def test_masks():
    masks = np.zeros((2, 120, 200), bool)
    masks[0, 10:20, 10:20] = masks[1, 15:30, 15:30] = True
    labels = np.array([0, 1])
    picture = draw(GREY, masks=masks, labels=labels, palette=PALETTE)
    assert picture[12, 12].tolist() == [177, 50, 50]
    assert picture[25, 25].tolist() == [50, 50, 177]
    assert picture[50, 50].tolist() == [100, 100, 100]
    again = draw(GREY, masks=Masks.of_dense(masks), labels=labels, palette=PALETTE)
    assert np.array_equal(picture, again)
    assert np.array_equal(Masks.of_dense(masks).dense(), masks)


def test_label_maps():
    labels = np.zeros((120, 200), np.uint8)
    labels[:, 100:] = 1
    labels[:10] = 255
    picture = draw(GREY, label_map=labels, names=NAMES, palette=PALETTE)
    assert picture[5, 5].tolist() == [100, 100, 100]  # no class
    assert picture[50, 50].tolist() == [178, 50, 50]
    assert picture[50, 150].tolist() == [50, 50, 178]
    wide = with_legend(picture, labels, NAMES, PALETTE)
    assert wide.shape[0] == 120
    assert wide.shape[1] > 200
    assert np.array_equal(wide[:, :200], picture)
    assert (wide[:, 200:] == PALETTE[0]).all(-1).any()


def test_a_legend_says_how_many_have_no_room():
    labels = np.arange(100, dtype=np.uint8).repeat(60).reshape(60, 100)
    names = [f'class {i}' for i in range(100)]
    wide = with_legend(GREY[:60, :100], labels, names)
    assert wide.shape[0] == 60


def test_palettes():
    colors = fitting_palette([(1, 2, 3)], 30)
    assert colors[0] == (1, 2, 3)
    assert len(set(colors)) == 30
    assert fitting_palette('random', 2) == fitting_palette(None, 2)
    assert (1, 2, 300) not in fitting_palette([(1, 2, 300)], 2)


def test_rles_are_those_of_coco():
    from pycocotools import mask as coco

    dense = np.random.default_rng(0).random((3, 40, 50)) > 0.7
    dense[2] = False
    for rle, mask in zip(Masks.of_dense(dense).rles(), dense, strict=True):
        assert np.array_equal(coco.decode(rle), mask)


@pytest.fixture
def result(tmp_path):
    path = str(tmp_path / 'photo.png')
    cv2.imwrite(path, GREY)
    labels = np.zeros((120, 200), np.uint8)
    return Result(GREY, NAMES, label_map=labels, palette=PALETTE, path=path)


def test_saving(result, tmp_path):
    result.save(tmp_path / 'a/b/out.png')
    saved = cv2.imread(str(tmp_path / 'a/b/out.png'))[..., ::-1]
    assert np.array_equal(saved, result.plot(legend=True))
    assert result._repr_png_().startswith(b'\x89PNG')
    assert 'cat 100 %' in repr(result)
    with pytest.raises(ConfigError, match='is the image itself'):
        result.save(result.path)
    with pytest.raises(ConfigError, match='use .jpg or .png'):
        result.save(tmp_path / 'out.xyz')


def test_images_of_all_kinds():
    assert as_rgb(np.zeros((4, 5), np.uint8)).shape == (4, 5, 3)
    assert as_rgb(np.zeros((4, 5, 1), np.uint16)).dtype == np.uint8
    assert as_rgb(np.zeros((4, 5, 13), np.float32)).shape == (4, 5, 3)
    bgr = as_loaded(np.array([[[255, 0, 9]]], np.uint8), color=True)
    assert bgr.tolist() == [[[9, 0, 255]]]
    assert as_rgb(bgr).tolist() == [[[255, 0, 9]]]
    for bad in (
        GREY.astype(float),
        GREY[0, 0],
        np.zeros((0, 4, 3), np.uint8),
        'x',
        None,
    ):
        with pytest.raises(ConfigError):
            as_loaded(bad, color=True)
