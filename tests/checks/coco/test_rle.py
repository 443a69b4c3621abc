# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from pycocotools import mask

from mmmetaformer.checks.coco.rle import covered_pixels, is_compressed_rle


def test_covered_pixels_of_real_rles_are_the_whole_image():
    rng = np.random.default_rng(0)
    counts, pixels = [], []
    for _ in range(50):
        shape = rng.integers(1, 400, 2)
        picture = rng.random(shape) < rng.choice([0, 0.001, 0.5, 1])
        rle = mask.encode(np.asfortranarray(picture.astype(np.uint8)))
        counts.append(rle['counts'].decode())
        pixels.append(shape.prod())
    assert all(map(is_compressed_rle, counts))
    assert covered_pixels(counts).tolist() == pixels
    assert covered_pixels(counts[:1]).tolist() == pixels[:1]
    assert covered_pixels([]).tolist() == []


@pytest.mark.parametrize('text', ['', 'a b', '11o', '1~', 'é', '\x00'])
def test_other_texts(text):
    assert not is_compressed_rle(text)
