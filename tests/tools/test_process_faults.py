# SPDX-License-Identifier: Apache-2.0
"""What `tools/dist_train.sh` does when one of its processes fails in a step."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from tiny_runs import SHORT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(torch.cuda.is_available(), reason='the launch without GPUs'),
]
MORE = """
custom_imports = dict(imports=['fault_hook'])
custom_hooks = [dict(type='FaultHook')]
"""
HOOK = """
import os, signal, time
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.registry import HOOKS


@HOOKS.register_module()
class FaultHook(Hook):
    def before_train_iter(self, runner, batch_idx, data_batch=None):
        first = os.environ.get('TORCHELASTIC_RESTART_COUNT') == '0'
        if get_rank() == 1 and runner.iter == 3 and first:
            self.fail(os.environ['FAULT'])

    def fail(self, what):
        if what == 'raise':
            raise ArithmeticError('a fault')
        if what == 'kill':
            os.kill(os.getpid(), signal.SIGKILL)
        if what == 'stop':
            os.kill(os.getpid(), signal.SIGSTOP)
        if what == 'loop':
            while True:
                time.sleep(0.1)
"""
OPTIONS = (
    'train_cfg.max_iters=6',
    'train_cfg.val_interval=6',
    'default_hooks.checkpoint.interval=1',
    'default_hooks.logger.interval=1',
    'train_dataloader.batch_size=2',
)


def children(pid):
    """Return the processes that descend from one."""
    found = []
    for task in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{task}/children') as file:
            for child in map(int, file.read().split()):
                found += [child, *children(child)]
    return found


def gone(pid):
    try:
        with open(f'/proc/{pid}/stat') as file:
            return file.read().rpartition(')')[2].split()[0] == 'Z'
    except FileNotFoundError:
        return True


def wait_for(condition, seconds=120):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.1)
    assert condition()


@pytest.fixture
def faulty(tool, tiny_config, sample, tmp_path):
    """Train with a fault in the second process."""
    (tmp_path / 'fault_hook.py').write_text(HOOK)
    config = tiny_config(tmp_path, 'upernet', 'convformer', MORE)

    def train(fault, *more):
        return tool(
            'dist_train.sh',
            config,
            2,
            *more,
            '--sample-data',
            sample,
            '--work-dir',
            tmp_path / 'work',
            '--no-rehearsal',
            '--cfg-options',
            *OPTIONS,
            PYTHONPATH=f'{tmp_path}:{os.environ.get("PYTHONPATH", "")}',
            FAULT=fault,
        )

    return train


@pytest.mark.faults('process killed, stopped, hung or raising')
@pytest.mark.parametrize(
    ('fault', 'message'),
    [
        ('raise', 'ArithmeticError: a fault (fault_hook.py:'),
        ('kill', 'it was killed by SIGKILL, as happens if memory runs out'),
    ],
)
def test_the_cause_is_the_last_line(fault, message, faulty):
    done = faulty(fault)
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f'error: process 1 of 2 failed: {message}')
    assert done.returncode == (1 if fault == 'raise' else 137)


@pytest.mark.faults('process killed, stopped, hung or raising')
@pytest.mark.parametrize('fault', ['loop', 'stop'])
def test_stacks_of_processes_that_hang(fault, faulty):
    done = faulty(fault, '--hang-limit', '20')
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    first = lines.index('process 0 was in (innermost first):')
    second = lines.index('process 1 was in (innermost first):')
    # It waits for the gradients of the second one.
    assert any('backward' in line for line in lines[first:second])
    assert any('fault_hook.py' in line for line in lines[second:])
    assert lines[-1].startswith('error: no process finished a step for 0:00:20')


@pytest.mark.faults('process killed, stopped, hung or raising')
def test_starts_again_from_the_last_checkpoint(faulty, tmp_path):
    done = faulty('kill', '--max-restarts', '1')
    assert done.returncode == 0, done.stderr[-3000:]
    assert 'restart 1 of 1' in done.stderr
    assert 'iter_6.pth' in (tmp_path / 'work' / 'last_checkpoint').read_text()
    first, second = sorted((tmp_path / 'work').glob('*/vis_data/scalars.json'))
    steps = [
        [one['step'] for one in map(json.loads, file.read_text().splitlines())]
        for file in (first, second)
    ]
    assert steps[0] == [1, 2, 3]
    # The first process may not have finished its third checkpoint.
    assert steps[1][0] in (3, 4)


@pytest.mark.faults('process without objects')
def test_a_process_without_objects(tool, tiny_config, sample, tmp_path):
    """Its losses of boxes and masks have no terms, but the gradients must meet."""
    config = tiny_config(tmp_path, 'mask_rcnn', 'convformer', MORE)
    (tmp_path / 'fault_hook.py').write_text(
        HOOK.replace('runner.iter == 3 and first', 'True').replace(
            "self.fail(os.environ['FAULT'])",
            '[one.gt_instances.__setattr__ for one in ()] or _empty(data_batch)',
        )
        + """

def _empty(batch):
    for one in batch['data_samples']:
        one.gt_instances = one.gt_instances[:0]
"""
    )
    done = tool(
        'dist_train.sh',
        config,
        2,
        '--sample-data',
        sample,
        '--work-dir',
        tmp_path / 'work',
        '--hang-limit',
        '60',
        '--cfg-options',
        *SHORT['mask_rcnn'],
        PYTHONPATH=f'{tmp_path}:{os.environ.get("PYTHONPATH", "")}',
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.faults('parent killed: nothing survives')
@pytest.mark.parametrize('processes', [1, 2])
def test_nothing_survives_a_killed_parent(
    processes, root, tiny_config, sample, tmp_path
):
    """Workers of the trainer; processes of the launcher, with their workers."""
    config = tiny_config(tmp_path, 'upernet', 'convformer')
    start = (
        [sys.executable, 'tools/train.py', config]
        if processes == 1
        else ['bash', 'tools/dist_train.sh', config, '2']
    )
    log = tmp_path / 'log'
    with open(log, 'w') as file:
        trainer = subprocess.Popen(
            [
                *start,
                '--verbose',
                '--sample-data',
                sample,
                '--work-dir',
                tmp_path / 'work',
                '--no-rehearsal',
                '--cfg-options',
                'train_cfg.max_iters=10000',
                'train_cfg.val_interval=4',
                'default_hooks.logger.interval=1',
                'train_dataloader.num_workers=3',
                'val_dataloader.num_workers=3',
                'val_dataloader.persistent_workers=True',
            ],
            cwd=root,
            stdout=file,
            stderr=file,
            env={**os.environ, 'PYTHON': sys.executable, 'OMP_NUM_THREADS': '1'},
        )
    # Those of validation persist.
    wait_for(lambda: 'Iter(train) [    5/' in log.read_text() or trainer.poll())
    assert trainer.poll() is None, log.read_text()[-3000:]
    below = children(trainer.pid)
    assert len(below) >= (6 if processes == 1 else 14)
    trainer.kill()
    trainer.wait()
    wait_for(lambda: all(gone(pid) for pid in below), seconds=5)


@pytest.mark.faults('SIGTERM, SIGUSR1, Ctrl-C')
def test_ctrl_c_in_a_terminal(root, tiny_config, sample, tmp_path):
    """The whole process group receives it, workers included."""
    config = tiny_config(tmp_path, 'upernet', 'convformer')
    log = tmp_path / 'log'
    with open(log, 'w') as file:
        trainer = subprocess.Popen(
            [
                sys.executable,
                'tools/train.py',
                config,
                '--verbose',
                '--sample-data',
                sample,
                '--work-dir',
                tmp_path / 'work',
                '--no-rehearsal',
                '--cfg-options',
                'default_hooks.logger.interval=1',
                'train_dataloader.num_workers=2',
            ],
            cwd=root,
            stdout=file,
            stderr=file,
            start_new_session=True,
            env={**os.environ, 'OMP_NUM_THREADS': '1'},
        )
    wait_for(lambda: 'Iter(train) [  2/' in log.read_text() or trainer.poll())
    below = children(trainer.pid)
    assert len(below) >= 2
    os.killpg(trainer.pid, signal.SIGINT)
    assert trainer.wait(120) == 75
    said = log.read_text()
    assert 'Traceback' not in said
    assert said.rstrip().endswith('--resume')
    assert all(gone(pid) for pid in below)
    step = torch.load(
        (tmp_path / 'work' / 'last_checkpoint').read_text(), weights_only=True
    )['meta']['iter']
    assert step >= 2
