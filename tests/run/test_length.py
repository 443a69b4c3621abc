# SPDX-License-Identifier: Apache-2.0
"""A recipe at another length: everything that makes it up moves along."""

import argparse

import pytest
from mmengine.config import Config
from toy_run import by_epochs, by_steps

from mmmetaformer.engine.accumulation import use_accumulation
from mmmetaformer.run.command_line import length
from mmmetaformer.run.length import use_length
from mmmetaformer.run.scale_lr import scale_lr


def lengths(cfg):
    loop, warmup, decay = cfg.train_cfg, cfg.param_scheduler[0], cfg.param_scheduler[-1]
    return (
        loop.get('max_iters', loop.get('max_epochs')),
        warmup['end'],
        (decay['begin'], decay['end'], decay.get('milestones')),
    )


def test_steps_of_a_loop_in_iterations(tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr('mmmetaformer.run.length.say', said.append)
    cfg = by_steps(tmp_path, 16)  # 20 steps, 5 of them warm-up; all intervals are 10
    use_length(cfg, '200', 1)
    assert lengths(cfg) == (200, 50, (50, 200, None))
    assert cfg.train_cfg.val_interval == 100
    assert cfg.default_hooks.checkpoint.interval == 100
    assert '200 iterations of training (200 steps)' in said[0]


def test_epochs_of_a_loop_in_epochs(tmp_path):
    cfg = by_epochs(tmp_path, 8)  # 5 epochs of 8 steps
    use_length(cfg, '20e', 1)
    assert lengths(cfg) == (20, 20, (0, 20, [12]))


def test_epochs_of_a_loop_in_iterations(tmp_path):
    cfg = by_steps(tmp_path, 16)  # 320 images
    use_length(cfg, '3e', 2)
    assert lengths(cfg)[0] == 30


def test_steps_of_a_loop_in_epochs(tmp_path):
    cfg = by_epochs(tmp_path, 8)  # 64 images, 8 steps an epoch
    use_length(cfg, '27', 1)
    assert lengths(cfg)[0] == 3
    cfg = by_epochs(tmp_path, 8)
    use_length(cfg, '1', 1)
    assert lengths(cfg)[0] == 1


@pytest.mark.parametrize(('word', 'passes'), [('8', 32), ('2e', 40)])
def test_accumulated_and_scaled_runs_end_where_they_should(word, passes, tmp_path):
    """With 4 passes of 16 images, whose recipe is for 16: 5 steps are an epoch."""
    cfg = by_steps(tmp_path, 16)
    use_accumulation(cfg, 4, 1)
    scale_lr(cfg, 1)
    use_length(cfg, word, 1)
    assert cfg.train_cfg.max_iters == passes
    assert cfg.param_scheduler[-1]['end'] == passes // 4


def test_a_warm_up_that_would_take_most_of_the_run(tmp_path):
    cfg = by_epochs(tmp_path, 8)
    cfg.param_scheduler[0]['end'] = 1000
    follows = dict(type='PolyLR', by_epoch=False, begin=1000, end=5000)
    cfg.param_scheduler = [*cfg.param_scheduler, follows]
    use_length(cfg, '10e', 1)  # 80 steps
    warmup, steps, poly = cfg.param_scheduler
    assert warmup['end'] == 8
    assert steps['milestones'] == [6]
    assert poly['begin'] == 8


def test_a_run_of_a_single_step_has_no_warm_up(tmp_path):
    cfg = by_steps(tmp_path, 16)
    use_length(cfg, '1', 1)
    assert cfg.train_cfg.max_iters == 1
    (decay,) = cfg.param_scheduler
    assert (decay['begin'], decay['end']) == (0, 1)


def test_only_the_last_checkpoint_stays_the_only_one(tmp_path):
    cfg = by_steps(tmp_path, 16)
    cfg.default_hooks.checkpoint.interval = -1
    use_length(cfg, '40', 1)
    assert cfg.default_hooks.checkpoint.interval == -1


@pytest.mark.parametrize(
    ('schedule', 'word', 'expected'),
    [
        ('ade20k_160k', '80000', (80_000, 750, (750, 80_000, None))),
        ('coco_1x', '6e', (6, 500, (0, 6, [4, 6]))),
    ],
)
def test_recipes(schedule, word, expected, root):
    cfg = Config.fromfile(root / f'configs/_base_/schedules/{schedule}.py')
    cfg.train_dataloader = dict(
        batch_size=1, dataset=dict(type='ToyDataset', images=20_000)
    )
    use_length(cfg, word, 8)
    assert lengths(cfg) == expected


@pytest.mark.parametrize('word', ['0', '-3', '2.5e', 'e', '20 e', 'abc', '0e'])
def test_words_that_are_no_length(word):
    with pytest.raises(argparse.ArgumentTypeError, match='such as 20e'):
        length(word)


@pytest.mark.parametrize(
    ('make', 'word', 'interval'),
    [
        (by_steps, '96', 4),
        (by_steps, '8', 1),
        (by_steps, '8000', 50),
        (by_epochs, '6e', 2),  # 8 steps an epoch
    ],
)
def test_a_short_run_is_logged_often(make, word, interval, tmp_path):
    cfg = make(tmp_path, 16 if make is by_steps else 8)
    cfg.default_hooks.logger = dict(type='LoggerHook', interval=50)
    use_length(cfg, word, 1)
    assert cfg.default_hooks.logger.interval == interval
    del cfg.default_hooks.logger
    use_length(cfg, word, 1)
