import numpy as np
import pytest
from mmengine.registry import TRANSFORMS

from mmmetaformer.errors import DataError


def _results(labels, ori_shape=(4, 6)):
    return dict(
        gt_seg_map=labels,
        ori_shape=ori_shape,
        img_path='images/1.jpg',
        seg_map_path='maps/1.png',
    )


def _check(**arguments):
    return TRANSFORMS.build(dict(type='mmmetaformer.CheckLabels', **arguments))


@pytest.mark.parametrize('top', [0, 1, 255])
def test_what_fits_passes_unchanged(top):
    labels = np.full((4, 6), top, np.uint8)
    results = _results(labels)
    assert _check(num_classes=2)(results) is results
    assert (labels == top).all()


def test_the_size_after_loading_does_not_matter():
    results = _results(np.zeros((4, 6), np.uint8)) | dict(img_shape=(8, 12))
    _check(num_classes=2)(results)


def test_another_size_than_the_image():
    with pytest.raises(
        DataError, match=r'^maps/1.png is 6x4 .*images/1.jpg is 6x3 as loaded'
    ):
        _check(num_classes=2)(_results(np.zeros((4, 6), np.uint8), (3, 6)))


def test_a_label_above_the_classes():
    labels = np.zeros((4, 6), np.uint8)
    labels[0, :3] = (2, 7, 255)
    with pytest.raises(DataError, match=r'^maps/1.png has label 7 .* 2 classes are 0'):
        _check(num_classes=2)(_results(labels))
    _check(num_classes=8)(_results(labels))
    _check(num_classes=None)(_results(labels))


def test_another_ignored_label():
    labels = np.full((4, 6), 9, np.uint8)
    _check(num_classes=2, ignored=[9])(_results(labels))
    with pytest.raises(DataError, match='label 255'):
        _check(num_classes=2, ignored=[9])(_results(labels * 0 + 255))


def test_loaders_that_give_no_size():
    results = dict(gt_seg_map=np.zeros((4, 6), np.uint8))
    assert _check(num_classes=2)(results) is results
