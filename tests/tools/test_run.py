# SPDX-License-Identifier: Apache-2.0
"""Train, resume and test, through the tools, as a user does."""

from pathlib import Path

import cv2
import pytest
import torch
from tiny_runs import SHORT


@pytest.fixture(
    scope='module',
    params=['upernet', pytest.param('mask_rcnn', marks=pytest.mark.slow)],
)
def run(request, tool, tiny_config, sample, tmp_path_factory):
    """A finished training: method, config, options and work folder."""
    method = request.param
    work_dir = tmp_path_factory.mktemp(method)
    config = tiny_config(tmp_path_factory.mktemp('config'), method, 'caformer')
    common = ('--verbose', '--sample-data', sample, '--work-dir', work_dir)
    done = tool('train.py', config, *common, '--cfg-options', *SHORT[method])
    assert done.returncode == 0, done.stderr[-3000:]
    return method, config, common, work_dir, done.stdout


def last(work_dir):
    return Path((work_dir / 'last_checkpoint').read_text())


def test_training_scores_and_saves(run):
    method, _, _, work_dir, output = run
    assert {'upernet': 'mIoU', 'mask_rcnn': 'coco/segm_mAP'}[method] in output
    checkpoint = torch.load(last(work_dir), weights_only=True)
    assert {'state_dict', 'optimizer', 'message_hub'} <= set(checkpoint)
    assert (work_dir / f'tiny_{method}.py').is_file()


def test_resuming_goes_on_where_training_stopped(run, tool):
    method, config, common, work_dir, _ = run
    more = {'upernet': 'train_cfg.max_iters=3', 'mask_rcnn': 'train_cfg.max_epochs=3'}
    done = tool(
        'train.py',
        config,
        *common,
        '--resume',
        '--cfg-options',
        *SHORT[method],
        more[method],
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert last(work_dir).stem in ('iter_3', 'epoch_3')
    first = 'Epoch(train) [3]' if method == 'mask_rcnn' else 'Iter(train) [3/3]'
    said = done.stdout.replace('  ', ' ')
    assert first in said
    assert first.replace('[3', '[1') not in said


def test_testing_draws_and_saves(run, tool, tmp_path):
    method, config, common, work_dir, _ = run
    out = tmp_path / ('labels' if method == 'upernet' else 'predictions.pkl')
    done = tool(
        'test.py',
        config,
        last(work_dir),
        *common,
        '--show-dir',
        tmp_path / 'pictures',
        '--out',
        out,
        '--cfg-options',
        *SHORT[method],
    )
    assert done.returncode == 0, done.stderr[-3000:]
    pictures = list((tmp_path / 'pictures').rglob('*.[jp][pn]g'))
    assert len(pictures) == {'upernet': 16, 'mask_rcnn': 32}[method]
    assert cv2.imread(str(pictures[0])).shape[0] == 160
    if method == 'upernet':
        assert len(list(out.glob('*.png'))) == 16
    else:
        assert out.stat().st_size > 1000


@pytest.mark.slow
def test_without_verbose_a_run_fits_on_a_screen(tool, tiny_config, sample, tmp_path):
    config = tiny_config(tmp_path, 'upernet', 'caformer')
    work_dir = tmp_path / 'work'
    common = ('--sample-data', sample, '--work-dir', work_dir)
    options = ('--cfg-options', *SHORT['upernet'])
    trained = tool('train.py', config, *common, *options)
    assert trained.returncode == 0, trained.stderr[-3000:]
    tested = tool('test.py', config, last(work_dir), *common, *options)
    assert tested.returncode == 0, tested.stderr[-3000:]
    said = trained.stdout + trained.stderr + tested.stdout + tested.stderr
    assert said.count('mIoU') >= 2
    assert len(said.splitlines()) <= 60, said
