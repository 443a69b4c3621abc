# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from mmmetaformer.datasets.sample_data.polygon import fill, polygon_area
from mmmetaformer.datasets.sample_data.shapes import SHAPES, shape_outline
from mmmetaformer.datasets.sample_data.spec import SampleSpec
from mmmetaformer.errors import ConfigError

SIDE = 96
SPEC = SampleSpec(num_train=40, num_val=4, image_size=SIDE, seed=0)


@pytest.fixture(scope='module')
def scenes():
    return [SPEC.scene('train', index, with_other=True) for index in range(40)]


def test_two_to_five_shapes_that_do_not_overlap(scenes):
    counts = {len(scene.instances) for scene in scenes}
    assert counts == {2, 3, 4, 5}
    for scene in scenes:
        layers = [instance.mask for instance in scene.instances] + [scene.other]
        assert np.sum(layers, axis=0).max() == 1


def test_consecutive_images_show_every_class(scenes):
    for start in range(len(scenes) - len(SHAPES) + 1):
        group = scenes[start : start + len(SHAPES)]
        names = {instance.name for scene in group for instance in scene.instances}
        assert names == set(SHAPES)


def test_mask_is_the_filled_polygon(scenes):
    at_border = 0
    for instance in (i for scene in scenes for i in scene.instances):
        np.testing.assert_array_equal(instance.mask, fill(instance.polygon, SIDE, SIDE))
        area = polygon_area(instance.polygon)
        assert instance.mask.sum() == pytest.approx(area, rel=0.15)
        at_border += bool(instance.polygon.min() == 0 or instance.polygon.max() == SIDE)
    assert at_border >= 5


def test_sizes_are_within_the_bounds(scenes):
    extents = np.array(
        [np.ptp(i.polygon, axis=0).max() for scene in scenes for i in scene.instances]
    )
    assert extents.max() <= SIDE / 2.2 + 0.01
    assert extents.max() > 0.4 * SIDE
    # A shape is at least 3/4 as wide as its circle, and 9/10 of it is visible.
    assert extents.min() >= 0.9 * 3 / 4 * SIDE / 4
    assert extents.min() < 0.24 * SIDE


def test_wall_is_above_floor(scenes):
    for scene in scenes:
        assert scene.wall[0].all()
        assert not scene.wall[-1].any()
        assert (np.diff(scene.wall.astype(int), axis=0) <= 0).all()
    assert any(np.ptp(scene.wall.sum(axis=0)) > 3 for scene in scenes)


def test_some_images_have_a_blob_of_no_class_on_request(scenes):
    share = np.mean([scene.other.any() for scene in scenes])
    assert 0.1 < share < 0.7
    plain = [SPEC.scene('train', index, with_other=False) for index in range(8)]
    assert not any(scene.other.any() for scene in plain)


def test_shapes_differ_from_the_background_in_color(scenes):
    for scene in scenes:
        image = scene.image.astype(float)
        ground = ~np.any([i.mask for i in scene.instances] + [scene.other], axis=0)
        colors = [
            image[ground & scene.wall].mean(axis=0),
            image[ground & ~scene.wall].mean(axis=0),
        ]
        assert np.linalg.norm(colors[0] - colors[1]) > 20
        for instance in scene.instances:
            inside = image[instance.mask].mean(axis=0)
            assert min(np.linalg.norm(inside - other) for other in colors) > 20


def test_image_depends_on_seed_split_and_index_but_not_on_the_counts():
    def image(seed, split, index, num_train=9):
        spec = SampleSpec(num_train=num_train, num_val=3, image_size=64, seed=seed)
        return spec.scene(split, index, with_other=True).image

    first = image(0, 'train', 0)
    np.testing.assert_array_equal(first, image(0, 'train', 0, num_train=2))
    for other in (image(1, 'train', 0), image(0, 'val', 0), image(0, 'train', 4)):
        assert (first != other).mean() > 0.5


@pytest.mark.parametrize(
    'change', [{'num_train': 0}, {'num_val': 0}, {'image_size': 32}, {'seed': -1}]
)
def test_too_small_numbers_are_refused(change):
    numbers = {'num_train': 1, 'num_val': 1, 'image_size': 64, 'seed': 0}
    with pytest.raises(ConfigError, match=f'{next(iter(change))} must be at least'):
        SampleSpec(**{**numbers, **change})


def test_unknown_shape_is_refused():
    with pytest.raises(ValueError, match="unknown shape 'cone'; expected one of ball"):
        shape_outline('cone', np.random.default_rng(0))
