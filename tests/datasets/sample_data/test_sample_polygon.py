# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from mmmetaformer.datasets.sample_data.polygon import (
    clip_to_image,
    coverage,
    fill,
    polygon_area,
)
from mmmetaformer.datasets.sample_data.shapes import SHAPES, shape_outline

HEIGHT, WIDTH = 60, 80


def random_polygons(count):
    """Yield shapes of all sizes, many of them clipped at the border."""
    rng = np.random.default_rng(7)
    for index in range(count):
        outline = shape_outline(SHAPES[index % len(SHAPES)], rng)
        center = rng.uniform(0, 1, 2) * (WIDTH, HEIGHT)
        yield clip_to_image(center + rng.uniform(5, 50) * outline, HEIGHT, WIDTH)


def test_area_of_known_polygons():
    assert polygon_area(np.array([[0, 0], [4, 0], [4, 3], [0, 3]])) == 12
    assert polygon_area(np.array([[0, 0], [0, 3], [4, 0]])) == 6


def test_fill_selects_pixels_whose_center_is_inside():
    mask = fill(np.array([[1.4, 2.0], [4.6, 2.0], [4.6, 3.8], [1.4, 3.8]]), 6, 8)
    expected = np.zeros((6, 8), bool)
    expected[2:4, 1:5] = True
    np.testing.assert_array_equal(mask, expected)


@pytest.mark.filterwarnings('ignore:__array__ implementation')
def test_fill_equals_pycocotools():
    coco_mask = pytest.importorskip('pycocotools.mask')
    for polygon in random_polygons(200):
        runs = coco_mask.frPyObjects([polygon.ravel().tolist()], HEIGHT, WIDTH)
        expected = coco_mask.decode(coco_mask.merge(runs))
        np.testing.assert_array_equal(fill(polygon, HEIGHT, WIDTH), expected)


def test_clipped_polygon_is_inside_with_the_same_pixels():
    rng = np.random.default_rng(3)
    cut = 0
    for index in range(100):
        outline = shape_outline(SHAPES[index % len(SHAPES)], rng)
        whole = rng.uniform(0, 1, 2) * (WIDTH, HEIGHT) + rng.uniform(5, 30) * outline
        polygon = clip_to_image(whole, HEIGHT, WIDTH)
        assert polygon.min() >= 0
        assert (polygon.max(axis=0) <= (WIDTH, HEIGHT)).all()
        # With a margin of 60 pixels, the whole shape is inside.
        wide = fill(whole + 60, HEIGHT + 120, WIDTH + 120)
        differing = fill(polygon, HEIGHT, WIDTH) ^ wide[60:-60, 60:-60]
        # A clipped edge may round differently, by at most 1/5 pixel.
        assert differing.sum() <= 10
        cut += bool(wide.sum() > wide[60:-60, 60:-60].sum())
    assert cut > 30


def test_coverage_is_the_fraction_of_each_pixel():
    share = coverage(np.array([[1.0, 1.0], [3.5, 1.0], [3.5, 2.25], [1.0, 2.25]]), 4, 5)
    expected = np.zeros((4, 5))
    expected[1, 1:4] = 1, 1, 0.5
    expected[2, 1:4] = 0.25, 0.25, 0.125
    np.testing.assert_allclose(share, expected, atol=1e-6)
    for polygon in random_polygons(20):
        total = coverage(polygon, HEIGHT, WIDTH).sum()
        assert total == pytest.approx(polygon_area(polygon), rel=0.02)
