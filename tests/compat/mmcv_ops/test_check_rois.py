# SPDX-License-Identifier: Apache-2.0
import math

import pytest
import torch
from mmcv.ops import roi_align
from mmdet.models.roi_heads.roi_extractors import SingleRoIExtractor

from mmmetaformer.errors import DivergedError

SOUND = [0.0, 1.0, 1.0, 5.0, 5.0]
BAD = {
    'nan': ([0, math.nan, 1, 2, 2], 'not finite'),
    'infinite': ([0, 1, 1, math.inf, 2], 'not finite'),
    'nan in the index': ([math.nan, 1, 1, 2, 2], 'not finite'),
    'inverted in x': ([0, 5, 1, 2, 2], 'inverted'),
    'inverted in y': ([0, 1, 5, 2, 2], 'inverted'),
    'an image too many': ([2, 1, 1, 2, 2], 'outside the batch of 2'),
    'an image before the first': ([-1, 1, 1, 2, 2], 'outside the batch of 2'),
}


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float32])
@pytest.mark.parametrize('sampling', [0, 2])
@pytest.mark.parametrize('case', BAD)
def test_refused_in_one_sentence(case, sampling, dtype):
    roi, what = BAD[case]
    rois = torch.tensor([SOUND, roi, roi], dtype=dtype)
    with pytest.raises(DivergedError) as error:
        roi_align(torch.ones(2, 3, 8, 8, dtype=dtype), rois, 7, 1.0, sampling)
    said = str(error.value)
    assert said.startswith('RoIAlign got 2 of 3 RoIs that are ')
    assert what in said
    assert f'x1, y1, x2, y2 = {", ".join(f"{value:g}" for value in roi[1:])}' in said
    assert '\n' not in said


@pytest.mark.parametrize(
    'roi', [[0, 2, 2, 2, 2], [1, -50, -50, 900, 900], [1, 300, 300, 340, 350]]
)
def test_points_and_what_is_outside_the_image_pass(roi):
    pooled = roi_align(torch.ones(2, 3, 8, 8), torch.tensor([roi]).float(), 7, 1.0, 2)
    assert pooled.isfinite().all()


def test_inverted_is_one_pixel_wide_if_not_aligned():
    features = torch.rand(1, 3, 8, 8)
    inverted = torch.tensor([[0.0, 5.0, 5.0, 2.0, 2.0]])
    pixel = torch.tensor([[0.0, 5.0, 5.0, 6.0, 6.0]])
    given, expected = (
        roi_align(features, rois, 7, 1.0, 2, 'avg', False) for rois in (inverted, pixel)
    )
    torch.testing.assert_close(given, expected)


def test_through_the_extractor_of_a_detector():
    extractor = SingleRoIExtractor(
        roi_layer=dict(type='RoIAlign', output_size=7, sampling_ratio=0),
        out_channels=3,
        featmap_strides=[4, 8],
    )
    maps = (torch.ones(1, 3, 16, 16), torch.ones(1, 3, 8, 8))
    assert extractor(maps, torch.tensor([SOUND])).shape == (1, 3, 7, 7)
    with pytest.raises(DivergedError, match='1 of 1 RoIs that are inverted'):
        extractor(maps, torch.tensor([[0.0, 30.0, 30.0, 2.0, 2.0]]))
