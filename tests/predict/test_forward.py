# SPDX-License-Identifier: Apache-2.0
"""What models return, in the form of results."""

import torch

from mmmetaformer.predict.forward import segments


def test_panoptic_segments_are_objects():
    panoptic = torch.full((20, 30), 5)  # no segment: there are five classes
    panoptic[:10] = 3  # stuff
    panoptic[12:14, 2:6] = 1001  # two of class 1
    panoptic[15:17, 20:29] = 2001
    found = segments(panoptic, classes=5)
    assert found.labels.tolist() == [3, 1, 1]
    assert found.boxes.tolist() == [[0, 0, 30, 10], [2, 12, 6, 14], [20, 15, 29, 17]]
    assert found.masks.dense().sum((1, 2)).tolist() == [300, 8, 18]
    assert segments(torch.full((4, 4), 5), 5).masks.dense().shape == (0, 4, 4)
