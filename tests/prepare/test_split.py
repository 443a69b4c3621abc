# SPDX-License-Identifier: Apache-2.0
"""Which images validate."""

import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.prepare.settle_split import settle_split
from mmmetaformer.prepare.split import draw_validation

NAMES = [f'im{index}.jpg' for index in range(100)]


def test_the_order_of_files_does_not_matter():
    drawn = draw_validation(NAMES, 0.2, 0)
    assert len(drawn) == 20
    assert drawn == draw_validation(NAMES[::-1], 0.2, 0)
    assert drawn != draw_validation(NAMES, 0.2, 1)
    # The first ones of a folder are often alike.
    assert drawn != set(NAMES[:20])


def test_a_new_file_moves_at_most_one():
    before = draw_validation(NAMES, 0.2, 0)
    after = draw_validation([*NAMES, 'new.jpg'], 0.2, 0)
    assert len(before - after) <= 1


@pytest.mark.parametrize(('share', 'number'), [(0.001, 1), (0.999, 99), (0.5, 50)])
def test_neither_part_is_empty(share, number):
    assert len(draw_validation(NAMES, share, 0)) == number


def test_one_image_is_too_few():
    with pytest.raises(ConfigError, match='1 annotated image cannot be split'):
        draw_validation(['a'], 0.5, 0)


def test_the_split_of_the_data():
    names, own = ['a', 'b'], ['train', 'val']
    assert settle_split(names, own, None, 0)[0] == own
    assert sorted(settle_split(names, ['val', ''], None, 0)[0]) == own
    assert settle_split(NAMES, own * 50, 0.3, 0)[0].count('val') == 30
