# SPDX-License-Identifier: Apache-2.0
"""Label maps of tiles equal those of the mean of all scores."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmmetaformer.predict import upsample
from mmmetaformer.predict.grid import spans
from mmmetaformer.predict.seams import LabelCanvas, _ramp
from mmmetaformer.predict.upsample import Scores, View, label_dtype


@pytest.mark.parametrize('length', [10, 11, 31, 32, 33, 45, 47, 64, 100, 997])
@pytest.mark.parametrize('overlap', [0, 3, 8, 16])
def test_each_pixel_is_of_one_tile_or_of_two(length, overlap):
    tiles = spans(length, 32, overlap)
    weights = torch.zeros(length)
    owners = np.zeros(length, int)
    for tile in tiles:
        assert 0 <= tile.start <= tile.own_start < tile.own_end <= tile.end <= length
        assert tile.end - tile.start == min(32, length)
        owners[tile.own_start : tile.own_end] += 1
        weights[tile.own_start : tile.own_end] += _ramp(tile, torch.device('cpu'))
    assert set(owners) <= {1, 2}
    assert (owners == 2).any() == (overlap > 0 and len(tiles) > 1)
    assert torch.allclose(weights, torch.ones(length))


@pytest.mark.parametrize('size', [(70, 90), (20, 95), (33, 33)])
@pytest.mark.parametrize('overlap', [0, 5, 16])
@pytest.mark.parametrize('classes', [1, 4, 260])
def test_seams_are_those_of_the_whole(size, overlap, classes, monkeypatch):
    # A few rows at a time.
    monkeypatch.setattr(upsample, 'STRIP', 4 * classes * 32 * 3)
    torch.manual_seed(0)
    threshold = 0.5 if classes == 1 else None
    canvas = LabelCanvas(size, classes)
    total = torch.zeros(classes, *size)
    for rows in spans(size[0], 32, overlap):
        for columns in spans(size[1], 32, overlap):
            shape = (rows.end - rows.start, columns.end - columns.start)
            scores = Scores([View(torch.randn(classes, 9, 7))], shape, False, threshold)
            canvas.add(scores, rows, columns)
            weight = _ramp(rows, scores.device)[:, None] * _ramp(columns, scores.device)
            part = scores.rows(0, shape[0])[
                :,
                rows.own_start - rows.start : rows.own_end - rows.start,
                columns.own_start - columns.start : columns.own_end - columns.start,
            ]
            total[
                :, rows.own_start : rows.own_end, columns.own_start : columns.own_end
            ] += part * weight
    if classes == 1:
        expected = (total[0].sigmoid() > 0.5).numpy()
    else:
        expected = total.argmax(0).numpy()
    assert canvas.labels.dtype == label_dtype(classes)
    assert (canvas.labels == expected).mean() > 0.9999


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('have', [(5, 7), (16, 9), (40, 60)])
@pytest.mark.parametrize('flip', [None, 'horizontal', 'vertical'])
def test_strips_are_those_of_torch(align_corners, have, flip, monkeypatch):
    monkeypatch.setattr(upsample, 'STRIP', 4 * 3 * 41 * 4)
    maps = torch.randn(3, *have)
    scores = Scores([View(maps, flip)], (33, 41), align_corners)
    assert len(scores.strips()) > 5
    strips = torch.cat([scores.rows(*strip) for strip in scores.strips()], 1)
    if flip:
        maps = maps.flip(-1 if flip == 'horizontal' else -2)
    whole = F.interpolate(
        maps[None], (33, 41), mode='bilinear', align_corners=align_corners
    )[0]
    assert torch.allclose(strips, whole, atol=1e-5)
    assert (scores.label_map() == whole.argmax(0).numpy()).mean() > 0.999


def test_views_are_averaged_as_probabilities():
    views = [torch.tensor([[[9.0]], [[0.0]]]), torch.tensor([[[0.0]], [[1.0]]])]
    scores = Scores([View(one) for one in views], (1, 1), False)
    expected = sum(one.softmax(0) for one in views) / 2
    assert torch.allclose(scores.rows(0, 1), expected)
