# SPDX-License-Identifier: Apache-2.0
"""A disk without space, in one line; also a real one, which needs root."""

import errno
import logging
import os
import subprocess
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner
from toy_run import by_steps

from mmmetaformer.checks.checkpoint.resumable import check_resumable
from mmmetaformer.engine.checkpoints import CheckpointFiles, use_safe_checkpoints
from mmmetaformer.errors import ConfigError
from mmmetaformer.run.full_disk import full_disk_errors


@pytest.fixture
def disk(tmp_path):
    """A file system of 200 kB."""
    folder = tmp_path / 'disk'
    folder.mkdir()
    mount = ['mount', '-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip('mounting a small file system needs root')
    yield folder
    subprocess.run(['umount', '--lazy', str(folder)], check=True)


class AtStep(Hook):
    """Calls a function before a step."""

    def __init__(self, step, action):
        self.step, self.action = step, action

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter == self.step:
            self.action()


def fill(folder, left=0):
    """Write a file that leaves so many bytes."""
    with open(folder / 'ballast', 'wb') as file:
        free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_bsize - left
        file.write(bytes(max(free, 0)))


def train(folder, hook=None, **checkpoints):
    cfg = by_steps(folder, 16, steps=8)
    cfg.train_cfg.val_interval = 100
    cfg.default_hooks.checkpoint.update(interval=2, max_keep_ckpts=1, **checkpoints)
    cfg.default_hooks.logger = dict(type='LoggerHook', interval=1)
    use_safe_checkpoints(cfg)
    runner = Runner.from_cfg(cfg)
    if hook:
        runner.register_hook(hook)
    with full_disk_errors(cfg):
        runner.train()
    return cfg


@pytest.mark.parametrize('number', [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_one_line_wherever_it_shows(number, tmp_path, capsys):
    cfg = Config(dict(work_dir=str(tmp_path)))
    reason = os.strerror(number)
    with (
        pytest.raises(ConfigError, match=f'^a.log cannot be written: {reason} .*free'),
        full_disk_errors(cfg),
    ):
        raise OSError(number, reason, 'a.log')

    class FullStream:
        def write(self, text):
            raise OSError(number, reason)

        def flush(self):
            pass

    logger = logging.Logger('full')
    logger.addHandler(logging.StreamHandler(FullStream()))
    what = f'a file of the run cannot be written: {reason} .*free in {tmp_path}'
    with pytest.raises(ConfigError, match=what), full_disk_errors(cfg):
        logger.info('lost')
    assert not capsys.readouterr().err


def test_other_errors_are_as_before(tmp_path, capsys):
    cfg = Config(dict(work_dir=str(tmp_path)))
    with pytest.raises(FileNotFoundError), full_disk_errors(cfg):
        raise FileNotFoundError(errno.ENOENT, 'none')
    logger = logging.Logger('wrong')
    logger.addHandler(logging.StreamHandler())
    with full_disk_errors(cfg):
        logger.info('%d', 'no number')
    assert 'Logging error' in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.faults('disk that is full or read-only')
@pytest.mark.parametrize('left', [0, 4096])
def test_the_disk_fills_up_while_training(disk, tmp_path, left, capsys):
    out = dict(out_dir=str(disk))
    with pytest.raises(ConfigError) as error:
        train(tmp_path / 'work', AtStep(3, lambda: fill(disk, left)), **out)
    said = str(error.value)
    assert 'No space left on device' in said
    assert 'iter_2.pth, is as it was' in said
    assert '--resume' in said
    assert '\n' not in said
    (disk / 'ballast').unlink()
    cfg = by_steps(tmp_path / 'work', 16, steps=8)
    cfg.default_hooks.checkpoint.update(out)
    files = CheckpointFiles.of(cfg)
    assert [Path(path).name for path in files.newest_first()] == ['iter_2.pth']
    assert check_resumable(files.newest_first()[0], cfg).steps == 2
    assert files.temporary() == []


@pytest.mark.slow
@pytest.mark.faults('disk that is full or read-only')
@pytest.mark.parametrize('left', [0, 4096])
def test_the_disk_of_the_work_dir_fills_up(disk, left, capfd):
    with pytest.raises(ConfigError, match='No space left on device') as error:
        train(disk / 'work', AtStep(3, lambda: fill(disk, left)))
    assert '\n' not in str(error.value)
    assert 'Traceback' not in capfd.readouterr().err


@pytest.mark.slow
@pytest.mark.faults('disk that is full or read-only')
def test_a_disk_that_becomes_read_only(disk, tmp_path):
    def protect():
        subprocess.run(['mount', '-o', 'remount,ro', str(disk)], check=True)

    with pytest.raises(ConfigError, match='Read-only file system') as error:
        train(tmp_path / 'work', AtStep(3, protect), out_dir=str(disk))
    assert 'iter_2.pth, is as it was' in str(error.value)


@pytest.mark.slow
@pytest.mark.faults('disk that is full or read-only')
def test_a_disk_that_is_too_small_from_the_start(disk, tmp_path):
    fill(disk, left=0)
    steps = []
    with pytest.raises(ConfigError, match='0 bytes free, and a checkpoint'):
        train(tmp_path / 'work', AtStep(0, lambda: steps.append(1)), out_dir=str(disk))
    assert not steps
