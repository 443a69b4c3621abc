# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from mmengine.registry import TRANSFORMS, init_default_scope
from PIL import Image


@pytest.fixture
def load(tmp_path):
    """Load a map of the labels 0, 1, 2, 11 and 255 through mmseg's loader."""
    init_default_scope('mmseg')
    file = str(tmp_path / 'a.png')
    Image.fromarray(np.array([[0, 1, 2, 11, 255]] * 2, np.uint8)).save(file)

    def run(labels, reduces):
        transform = TRANSFORMS.build(
            dict(
                type='mmmetaformer.IgnoreLabels',
                loader=dict(type='LoadAnnotations'),
                labels=labels,
            )
        )
        entry = dict(
            seg_map_path=file,
            reduce_zero_label=reduces,
            label_map=None,
            seg_fields=[],
        )
        results = transform(entry)
        assert results['seg_fields'] == ['gt_seg_map']
        assert results['gt_seg_map'].dtype == np.uint8
        return results['gt_seg_map'][0].tolist()

    return run


@pytest.mark.parametrize(
    ('labels', 'reduces', 'expected'),
    [
        ([11], False, [0, 1, 2, 255, 255]),
        ([0, 2], False, [255, 1, 255, 11, 255]),
        ([11], True, [255, 0, 1, 255, 255]),
        ([0, 1, 255], True, [255, 255, 1, 10, 255]),
        ([255], False, [0, 1, 2, 11, 255]),
        ([7], False, [0, 1, 2, 11, 255]),
    ],
)
def test_labels_as_stored_become_255(load, labels, reduces, expected):
    assert load(labels, reduces) == expected
