# SPDX-License-Identifier: Apache-2.0
"""Two processes end in the same way if the first one cannot save; also a SIGKILL."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from mmmetaformer.engine.checkpoints.shared_saves import save_errors
from mmmetaformer.errors import ConfigError

SETTING = """
import os, sys
sys.path.insert(0, sys.argv[1])
import torch.distributed as dist
from mmengine.hooks import Hook
from mmengine.runner import Runner
from toy_run import by_steps
from mmmetaformer import compat
from mmmetaformer.compat.process_end import end_process
from mmmetaformer.engine.checkpoints import save_now, use_safe_checkpoints
from mmmetaformer.errors import ConfigError
compat.install()
"""
TWO = (
    SETTING
    + """
tests, store, rank = sys.argv[1:]
dist.init_process_group(
    'gloo', init_method=f'file://{store}', rank=int(rank), world_size=2
)

class BlockHook(Hook):
    '''A folder is in the way of the fourth checkpoint.'''
    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter == 2 and rank == '0':
            os.mkdir(f'{store}_work/iter_4.pth')
        if runner.iter == 3:
            print('saved', os.path.basename(save_now(runner)))

cfg = by_steps(f'{store}_work', batch_size=16, steps=8)
cfg.train_cfg.val_interval = 100
cfg.default_hooks.checkpoint.update(interval=2)
use_safe_checkpoints(cfg)
runner = Runner.from_cfg(cfg)
runner.register_hook(BlockHook())
try:
    runner.train()
except ConfigError as error:
    print('stopped:', runner.iter + 1, error)
end_process(0)
"""
)
KILLED = (
    SETTING
    + """
from mmmetaformer.compat import atomic_save
tests, work_dir = sys.argv[1:]

class SlowHook(Hook):
    '''Lets the second checkpoint wait just before it gets its name.'''
    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter == 3:
            def chmod(*arguments):
                import time
                print('now', flush=True)
                time.sleep(60)
            atomic_save.os.chmod = chmod

cfg = by_steps(work_dir, batch_size=16, steps=8)
cfg.train_cfg.val_interval = 100
cfg.default_hooks.checkpoint.update(interval=2, max_keep_ckpts=1)
use_safe_checkpoints(cfg)
runner = Runner.from_cfg(cfg)
runner.register_hook(SlowHook())
runner.train()
"""
)


def run(script, *arguments):
    return subprocess.Popen(
        [sys.executable, '-c', script, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.faults('disk that is full or read-only')
def test_all_processes_stop_if_the_first_cannot_save(root, tmp_path):
    both = [run(TWO, root / 'tests', tmp_path / 'store', rank) for rank in (0, 1)]
    for process in both:
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said[-2000:]
        assert 'saved iter_3.pth' in said
        assert 'stopped: 4' in said
        assert 'iter_4.pth cannot be written: Is a directory' in said
        assert 'The last checkpoint, ' in said
        assert 'iter_3.pth, is as it was' in said


@pytest.mark.slow
@pytest.mark.faults('killed in the middle of a save')
def test_killed_while_it_saves(root, tmp_path):
    process = run(KILLED, root / 'tests', tmp_path)
    assert process.stdout
    line = next(line for line in process.stdout if line.startswith('now'))
    assert line
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert torch.load(tmp_path / 'iter_2.pth')['meta']['iter'] == 2
    assert not (tmp_path / 'iter_4.pth').exists()
    assert len(list(tmp_path.glob('.iter_4.pth.*'))) == 1
    assert (tmp_path / 'last_checkpoint').read_text() == f'{tmp_path}/iter_2.pth'


@pytest.mark.parametrize('last', [None, 'work/iter_2.pth'])
def test_what_is_left(tmp_path, last):
    path = tmp_path / 'no' / 'folder' / 'iter_4.pth'
    with pytest.raises(ConfigError) as error, save_errors(path, last):
        raise OSError(28, 'No space left on device')
    said = str(error.value)
    assert said.startswith(f'{path} cannot be written: No space left on device (')
    assert ('no checkpoint yet' in said) == (last is None)
    with save_errors(path, last):
        time.sleep(0)
    with pytest.raises(KeyError), save_errors(Path(path), last):
        raise KeyError
