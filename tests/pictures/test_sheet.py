# SPDX-License-Identifier: Apache-2.0
"""Many pictures on one sheet."""

import numpy as np

from mmmetaformer.pictures.sheet import contact_sheet


def test_all_pictures_are_there_in_order():
    pictures = [
        (np.full((40, 80, 3), shade, np.uint8), ['a name'], [])
        for shade in (0, 60, 120)
    ]
    sheet = np.asarray(contact_sheet(pictures, cell=80))
    assert [int(sheet[10, x, 0]) for x in (12, 100)] == [0, 60]
    assert (sheet == 120).all(axis=2).sum() == 40 * 80


def test_long_names_and_many_colors_fit():
    colors = [((255, 0, 0), f'class {index}') for index in range(30)]
    picture = (np.zeros((20, 20, 3), np.uint8), ['x' * 500], colors)
    sheet = np.asarray(contact_sheet([picture], cell=120))
    assert sheet.shape[1] == 120 + 16
    assert (sheet == (255, 0, 0)).all(axis=2).sum() == 30 * 12 * 12
