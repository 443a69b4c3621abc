# SPDX-License-Identifier: Apache-2.0
import logging
from types import SimpleNamespace

import pytest
from mmengine.fileio import LocalBackend

from mmmetaformer.engine.checkpoints.prune import (
    remove_between,
    remove_former_best,
    remove_steps,
)

NAMES = [
    'best_coco_mAP_iter_2.pth',
    'best_coco_mAP_iter_4.pth',
    'best_coco_mAP_iter_9.pth',
    'best_mAP_iter_2.pth',
    'epoch_1.pth',
    'epoch_1_iter_3.pth',
    'epoch_1_iter_7.pth',
    'iter_2.pth',
    'iter_4.pth',
]


@pytest.fixture
def run(tmp_path):
    for name in NAMES:
        (tmp_path / name).touch()
    hook = SimpleNamespace(
        out_dir=str(tmp_path),
        filename_tmpl='iter_{}.pth',
        file_backend=LocalBackend(),
    )
    runner = SimpleNamespace(work_dir=str(tmp_path), logger=logging.getLogger())
    return hook, runner


def removed(tmp_path):
    return [name for name in NAMES if not (tmp_path / name).exists()]


@pytest.mark.parametrize('named', [None, *NAMES])
def test_what_the_pointer_names_stays(run, tmp_path, named):
    if named:
        (tmp_path / 'last_checkpoint').write_text(f'moved/{named}\n')
    remove_steps(*run, [2, 4])
    remove_between(*run, 7)
    remove_former_best(*run, 'coco/mAP', f'{tmp_path}/best_coco_mAP_iter_4.pth')
    wanted = [
        'best_coco_mAP_iter_2.pth',
        'epoch_1_iter_3.pth',
        'epoch_1_iter_7.pth',
        'iter_2.pth',
        'iter_4.pth',
    ]
    assert removed(tmp_path) == [name for name in wanted if name != named]


def test_what_is_no_number_is_passed_over(run, tmp_path):
    remove_steps(*run, ['2', 2.5, None, '../x', 77])
    remove_between(*run, 2)
    assert removed(tmp_path) == []
