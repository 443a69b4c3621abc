# SPDX-License-Identifier: Apache-2.0
"""Workers of data loaders: which signals they obey."""

import os
import signal
import subprocess
import sys
import time

import pytest
from mmengine.runner import Runner
from torch.utils.data import get_worker_info
from toy_run import ToyDataset

from mmmetaformer.compat.worker_deaths import start_worker

pytestmark = [
    pytest.mark.faults('parent killed: nothing survives'),
    pytest.mark.skipif(sys.platform != 'linux', reason='asks the kernel'),
]


class PidDataset(ToyDataset):
    def __getitem__(self, i):
        return dict(pid=os.getpid(), seed=get_worker_info().seed)


def loader(**more):
    return Runner.build_dataloader(
        dict(
            batch_size=1,
            num_workers=2,
            collate_fn=dict(type='default_collate'),
            sampler=dict(type='DefaultSampler', shuffle=False),
            dataset=PidDataset(8),
            **more,
        ),
        seed=1,
    )


def pid_of(batch):
    return int(batch['pid'][0])


def wait_for(condition, seconds=20):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    assert condition()


def gone(pid):
    try:
        with open(f'/proc/{pid}/stat') as file:
            return file.read().rpartition(')')[2].split()[0] == 'Z'
    except FileNotFoundError:
        return True


@pytest.mark.parametrize('persistent', [False, True])
def test_signals_of_others_leave_workers_alone(persistent):
    built = loader(persistent_workers=persistent)
    batches = iter(built)
    pids = {pid_of(next(batches)) for _ in range(2)}
    assert len(pids) == 2
    for number in ('SIGINT', 'SIGTERM', 'SIGUSR1'):
        for pid in pids:
            # Not a child's: the sender is not the parent.
            command = f'kill -{number[3:]} {pid}'
            subprocess.run(['bash', '-c', command], check=True)
    assert [pid_of(batch) in pids for batch in batches] == [True] * 6


def test_the_parent_can_end_a_worker():
    batches = iter(loader())
    pid = pid_of(next(batches))
    os.kill(pid, signal.SIGTERM)
    wait_for(lambda: gone(pid))


def test_the_function_of_the_config_is_called():
    seeds = []
    for more in ({}, dict(worker_init_fn=dict(type=_seed, seed=5))):
        worker_init = loader(**more).worker_init_fn
        assert worker_init.func is start_worker
        seeds.append(worker_init.args[1].keywords['seed'])
    assert seeds == [1, 5]


def _seed(worker_id, seed):
    pass


def test_a_loader_without_workers_is_left_alone():
    built = Runner.build_dataloader(
        dict(
            batch_size=1,
            num_workers=0,
            sampler=dict(type='DefaultSampler', shuffle=False),
            dataset=PidDataset(8),
        )
    )
    assert built.worker_init_fn is None


def test_workers_die_with_a_killed_parent(tmp_path):
    """The parent is a fork of this process, without its threads."""
    file = tmp_path / 'pids'
    parent = os.fork()
    if parent == 0:
        batches = iter(loader())
        pids = [pid_of(next(batches)) for _ in range(2)]
        (tmp_path / 'new').write_text(' '.join(map(str, pids)))
        os.rename(tmp_path / 'new', file)
        time.sleep(60)
        os._exit(1)
    wait_for(file.exists)
    pids = [int(word) for word in file.read_text().split()]
    assert not any(gone(pid) for pid in pids)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    # torch's own watch notices after five seconds.
    wait_for(lambda: all(gone(pid) for pid in pids), seconds=2)
