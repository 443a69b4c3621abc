# SPDX-License-Identifier: Apache-2.0
import multiprocessing
import os
import socket
import sys

import pytest
import torch
import torch.multiprocessing as mp
from position_run import RandomModel, config, differences, train

from mmmetaformer import compat

pytestmark = [
    pytest.mark.slow,
    pytest.mark.faults('two processes stopped and resumed'),
]

compat.install()
KINDS = {
    'steps': dict(steps=8),
    'epochs': dict(epochs=3),
    'accumulated': dict(steps=8, accumulate=3),
}
# Batch norm without SyncBN has other statistics in each process.
CHANGES = {
    'model.norm': 'LayerNorm',
    'launcher': 'pytorch',
    'train_dataloader.batch_size': 2,
}


@pytest.fixture(autouse=True, scope='module')
def _fork_server():
    """Let a process that has imported this module, and has no threads, fork."""
    multiprocessing.get_context('forkserver').set_forkserver_preload([__name__])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('PYTHONPATH', os.pathsep.join(sys.path))
        yield


def in_process(rank, processes, port, folder, name, arguments, resume, stop):
    os.environ.update(
        RANK=str(rank),
        LOCAL_RANK=str(rank),
        WORLD_SIZE=str(processes),
        MASTER_ADDR='127.0.0.1',
        MASTER_PORT=str(port),
    )
    cfg = config(folder / name, **arguments, **CHANGES)
    compat.prepare_cpu_launch(cfg)
    result = train(cfg, resume=resume and folder / name / resume, stop=stop)
    torch.save((result, RandomModel.seen), folder / f'{name}{rank}.pt')


def run(folder, name, arguments, processes=2, resume=None, stop=None):
    """Return the result and the images of each process."""
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        port = one.getsockname()[1]
    given = (processes, port, folder, name, arguments, resume, stop)
    mp.start_processes(in_process, given, processes, start_method='forkserver')
    files = [folder / f'{name}{rank}.pt' for rank in range(processes)]
    pairs = [torch.load(file, weights_only=False) for file in files]
    return [list(one) for one in zip(*pairs, strict=True)]


@pytest.mark.parametrize('kind', KINDS)
def test_resumed_processes_equal_those_that_went_on(kind, tmp_path):
    arguments = KINDS[kind]
    straight, _ = run(tmp_path, 'straight', arguments)
    run(tmp_path, 'work', dict(arguments, save=4), stop=dict(at=4))
    resumed, _ = run(tmp_path, 'work', arguments, resume='iter_4.pth')
    # The second process starts with the history of the first one's losses.
    for one in (straight[1], resumed[1]):
        one['logged'] = one['logged']['train/loss'][0][4:]
    assert differences(resumed, straight) == []
    streams = [one['streams'][2] for one in straight]
    assert not torch.equal(*streams)


def test_fewer_processes_go_on_at_the_same_image(tmp_path):
    _, both = run(tmp_path, 'straight', KINDS['steps'])
    run(tmp_path, 'work', dict(KINDS['steps'], save=4), stop=dict(at=4))
    _, (one,) = run(tmp_path, 'work', KINDS['steps'], 1, resume='iter_4.pth')
    together = [image for pair in zip(*map(flat, both), strict=True) for image in pair]
    # The first 4 steps had 2 x 2 images, the others 1 x 2.
    assert flat(one) == together[16:24]


def flat(batches):
    return [image for batch in batches for image in batch]
