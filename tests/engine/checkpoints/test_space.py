# SPDX-License-Identifier: Apache-2.0
import shutil
from collections import namedtuple

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from toy_run import by_epochs, by_steps

from mmmetaformer.engine.checkpoints import CheckpointHook, use_safe_checkpoints
from mmmetaformer.engine.checkpoints.space import (
    bytes_of_checkpoint,
    check_space,
)
from mmmetaformer.engine.ema import use_ema
from mmmetaformer.errors import ConfigError

Usage = namedtuple('Usage', 'total used free')
ADAMW = dict(type='AdamW', lr=0.1)


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setattr('mmengine.runner.runner.collect_env', dict)
    monkeypatch.setattr(Config, 'pretty_text', '')


def build(folder, optimizer=None, ema=False, make=by_steps, **hook):
    cfg = make(folder, 16)
    cfg.train_cfg.pop('val_interval', None)
    cfg.optim_wrapper.optimizer = optimizer or dict(type='SGD', lr=0.1)
    cfg.default_hooks['checkpoint'] = dict(
        dict(type='CheckpointHook', by_epoch=make is by_epochs, interval=2), **hook
    )
    use_safe_checkpoints(cfg)
    if ema:
        use_ema(cfg)
    runner = Runner.from_cfg(cfg)
    runner._train_loop = runner.build_train_loop(runner._train_loop)
    runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
    saver = next(one for one in runner.hooks if isinstance(one, CheckpointHook))
    return runner, saver


# The model has 5 numbers of 8 bytes.
@pytest.mark.parametrize(
    ('optimizer', 'states'),
    [
        (dict(type='SGD', lr=0.1), 0),
        (dict(type='SGD', lr=0.1, momentum=0.9), 1),
        (ADAMW, 2),
        (dict(type='Adam', lr=0.1, amsgrad=True), 3),
        (dict(type='RMSprop', lr=0.1, momentum=0.9, centered=True), 3),
        (dict(type='Adagrad', lr=0.1), 1),
        (dict(type='NAdam', lr=0.1), 2),
    ],
)
def test_the_states_that_an_optimizer_will_have(optimizer, states, tmp_path):
    runner, _ = build(tmp_path, optimizer)
    weights, to_come = bytes_of_checkpoint(runner)
    assert weights == 40
    # Some have counts of steps from the start.
    assert 40 * states <= to_come <= 40 * states + 16
    wrapper = runner.optim_wrapper
    runner.model.train_step(
        dict(x=torch.ones(2, 4).double(), y=torch.ones(2).double()), wrapper
    )
    weights, there = bytes_of_checkpoint(runner)
    assert weights == 40
    assert 40 * states <= there <= 40 * states + 16


def test_averages_are_weights_too(tmp_path):
    runner, _ = build(tmp_path, ema=True)
    assert bytes_of_checkpoint(runner)[0] == 80


@pytest.mark.parametrize(
    ('free', 'existing', 'hook', 'warns'),
    [
        (119, 0, dict(), None),  # one has 120 bytes
        (120, 0, dict(interval=-1), ''),
        (479, 0, dict(max_keep_ckpts=3), '4 to come of 120 bytes; max_keep_ckpts=3'),
        (480, 0, dict(max_keep_ckpts=3), ''),
        (240, 2, dict(max_keep_ckpts=3), ''),
        (239, 2, dict(max_keep_ckpts=3), '2 to come of 120 bytes; max_keep_ckpts=3'),
        (1199, 0, dict(), '10 to come of 120 bytes; max_keep_ckpts is not set'),
        (1200, 0, dict(), ''),
        (400, 0, dict(save_optimizer=False), ''),
        (600, 0, dict(max_keep_ckpts=3, save_best=['mIoU', 'mAcc']), ''),
        (559, 0, dict(max_keep_ckpts=3, save_best=['mIoU', 'mAcc']), 'and 2 best'),
        (0, 0, dict(interval=-1, save_last=False), ''),
    ],
)
def test_free_space(free, existing, hook, warns, tmp_path, monkeypatch, capsys):
    runner, saver = build(tmp_path, ADAMW, **hook)
    saver.before_train(runner)
    capsys.readouterr()
    monkeypatch.setattr(shutil, 'disk_usage', lambda path: Usage(9999, 0, free))
    if warns is None:
        with pytest.raises(
            ConfigError, match='119 bytes free, and a checkpoint .* takes 120 bytes'
        ):
            check_space(saver, runner, existing)
        return
    check_space(saver, runner, existing)
    said = capsys.readouterr().err
    assert bool(said) == bool(warns)
    assert warns in said


def test_epochs_to_come(tmp_path, monkeypatch, capsys):
    runner, saver = build(tmp_path, ADAMW, make=by_epochs, interval=1)
    saver.before_train(runner)
    monkeypatch.setattr(shutil, 'disk_usage', lambda path: Usage(9999, 0, 599))
    check_space(saver, runner, 0)
    assert '5 to come of 120 bytes' in capsys.readouterr().err
