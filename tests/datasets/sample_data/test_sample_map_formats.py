# SPDX-License-Identifier: Apache-2.0
"""Sample data in the formats of mmseg's own data sets."""

import cv2
import numpy as np
import pytest

from mmmetaformer.datasets.sample_data import BINARY, CITYSCAPES, LOVEDA, VOC_MAPS
from mmmetaformer.host import registered_data_set

NUMBERS = {'num_train': 4, 'num_val': 4, 'image_size': 64, 'seed': 1}
HOSTS = {
    'CityscapesDataset': (CITYSCAPES, 0),
    'LoveDADataset': (LOVEDA, 1),
    'PascalVOCDataset': (VOC_MAPS, 0),
}


@pytest.mark.parametrize('kind', HOSTS)
def test_numbers_and_colors_are_the_hosts(kind):
    form, first = HOSTS[kind]
    metainfo = registered_data_set(dict(type=kind), 'mmseg').METAINFO
    places = [metainfo['classes'].index(name) for name in form.classes]
    assert places == sorted(places)
    assert {place + first for place in places} == set(form.numbers.values())
    colors = [tuple(metainfo['palette'][place]) for place in places]
    assert colors == list(form.classes.values())
    assert form.other not in form.numbers.values()


@pytest.mark.parametrize('form', [BINARY, CITYSCAPES, LOVEDA], ids=lambda f: f.name)
def test_every_image_has_its_label_map(form, tmp_path):
    form.write(tmp_path / 'set', **NUMBERS)
    files = sorted(p for p in (tmp_path / 'set').rglob('*.*') if p.suffix != '.json')
    assert len(files) == 16
    seen = set()
    for split, name in form.splits.items():
        for number in range(1, 5):
            place = {'split': name, 'stem': f'{split}_{number:08d}'}
            image = cv2.imread(str(tmp_path / 'set' / form.image.format(**place)))
            path = tmp_path / 'set' / form.labels.format(**place)
            labels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
            assert image.shape == (*labels.shape, 3)
            seen |= set(np.unique(labels).tolist())
    assert seen - {form.other} == set(form.numbers.values()) - {form.other}
