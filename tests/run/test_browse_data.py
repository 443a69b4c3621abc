# SPDX-License-Identifier: Apache-2.0
"""The command from its words to the pictures."""

import numpy as np
import pytest
from PIL import Image

from mmmetaformer.commands import run_command
from mmmetaformer.datasets.sample_data import write_coco


@pytest.fixture
def own(tmp_path):
    write_coco(tmp_path / 'own', num_train=4, num_val=2, image_size=64, seed=0)
    return tmp_path / 'own'


def browse(root, own, out, *words):
    command = (root / 'configs/mask_rcnn_convformer.py', '--data-root', own, *words)
    classes = ('--classes', 'ball', 'box', 'flag', 'light', '--out', out)
    run_command('browse-data', [str(word) for word in (*command, *classes)])


def test_pictures_of_own_data(root, own, tmp_path, capsys):
    small = ('--cfg-options', 'train_dataloader.dataset.pipeline.2.scale=(96,96)')
    browse(root, own, tmp_path / 'out', '--number', 3, *small)
    said = capsys.readouterr().out
    assert '3 samples of train as the network sees them' in said
    assert 'loading annotations' not in said
    pictures = sorted(path.name for path in (tmp_path / 'out').iterdir())
    assert len(pictures) == 4
    assert pictures[-1] == 'contact_sheet.png'
    first = np.asarray(Image.open(tmp_path / 'out' / pictures[0]))
    assert first.shape == (96, 96, 3)


def test_faulty_data(root, own, tmp_path, capsys):
    (own / 'train2017/000000000001.jpg').unlink()
    with pytest.raises(SystemExit) as stop:
        browse(root, own, tmp_path / 'out')
    assert stop.value.code == 2
    assert '1 of 4 images of' in capsys.readouterr().err
    assert not (tmp_path / 'out').exists()
