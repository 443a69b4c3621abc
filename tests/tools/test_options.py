# SPDX-License-Identifier: Apache-2.0
"""What tools/train.py and tools/test.py make of their options, in whole runs."""

from pathlib import Path

import pytest
import torch
from tiny_runs import SHORT

from mmmetaformer.datasets.sample_data import write_coco


def last(work_dir):
    return Path((work_dir / 'last_checkpoint').read_text())


@pytest.mark.slow
def test_accumulated_scaled_averaged_and_tested_in_views(
    tool, tiny_config, sample, tmp_path
):
    config = tiny_config(tmp_path, 'upernet', 'poolformerv2')
    common = ('--sample-data', sample, '--work-dir', tmp_path / 'run')
    options = ('--accumulate', '4', '--auto-scale-lr', '--ema')
    small = (*SHORT['upernet'], 'val_dataloader.dataset.indices=1')
    done = tool('train.py', config, *common, *options, '--cfg-options', *small)
    assert done.returncode == 0, done.stderr[-3000:]
    # The recipe of the sample run is 4 images per step. 8 of them make 2 steps into 1,
    # and its rate of 2e-3 into 4e-3.
    plan = next(line for line in done.stdout.splitlines() if 'Plan:' in line)
    assert '8 images per step (2 per process x 1 process x 4 passes)' in plan
    assert '1 steps, 8 images in total' in plan
    assert 'learning rate 0.004' in plan
    assert 'computed in float32' in plan
    assert "not the recipe's" not in done.stderr
    (log,) = (tmp_path / 'run').glob('*/*.log')
    assert 'backbone.downsample_layers' in log.read_text()  # the table of groups
    saved = torch.load(last(tmp_path / 'run'), weights_only=True)
    assert 'ema_state_dict' in saved
    done = tool(
        'test.py',
        config,
        last(tmp_path / 'run'),
        *common,
        '--tta',
        '--cfg-options',
        'test_dataloader.dataset.indices=1',
        'test_dataloader.batch_size=1',
        'model.test_cfg.mode=whole',
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert 'mIoU' in done.stdout
    assert 'was trained with test images' not in done.stderr


def test_own_classes_in_an_own_folder(tool, tiny_config, tmp_path):
    own = tmp_path / 'own'
    write_coco(own, num_train=4, num_val=2, image_size=96, seed=1)
    config = tiny_config(tmp_path, 'mask_rcnn', 'poolformerv2')
    options = ('--data-root', own, '--work-dir', tmp_path / 'run')
    small = (
        *SHORT['mask_rcnn'],
        'train_cfg.max_epochs=1',
        'train_cfg.val_interval=1',
        'train_dataloader.num_workers=0',
        'train_dataloader.persistent_workers=False',
        'val_dataloader.num_workers=0',
        'val_dataloader.persistent_workers=False',
        'model.test_cfg.rcnn.max_per_img=5',
        'train_dataloader.dataset.pipeline.2.scale=(96,96)',
        'val_dataloader.dataset.pipeline.1.scale=(96,96)',
    )
    done = tool(
        'train.py',
        config,
        *options,
        '--classes',
        'box',
        'light',
        '--subset',
        '--cfg-options',
        *small,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert 'segm  ' in done.stdout
    weights = torch.load(last(tmp_path / 'run'), weights_only=True)['state_dict']
    assert len(weights['roi_head.bbox_head.fc_cls.weight']) == 3
    assert len(weights['roi_head.mask_head.conv_logits.weight']) == 2
