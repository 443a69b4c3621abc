# SPDX-License-Identifier: Apache-2.0
"""Runs of `tools/train.py` that are stopped and resumed equal those that are not."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from exact_cases import CASES, COMMON, HOOKS, NO_SEED, SHORT
from mmengine.logging import HistoryBuffer
from tiny_runs import TINY_MODELS

from mmmetaformer import compat
from mmmetaformer.text import table

pytestmark = pytest.mark.slow

compat.install()
TIMES = ('time', 'data_time', 'memory', 'eta')
HERE = Path(__file__).parent
KILLED = -signal.SIGKILL
STOPPED = 75


class Tool:
    """`tools/train.py`, ready to start."""

    def __init__(self, folder):
        self.folder = folder
        path = os.pathsep.join([str(HERE), os.environ.get('PYTHONPATH', '')])
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / 'warm_tool.py')],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, 'OMP_NUM_THREADS': '1', 'PYTHONPATH': path},
        )
        assert self._process.stdout.readline() == 'ready\n'

    def run(self, work_dir, setting, *, changes=(), resume=False):
        """Return the exit status of the first process and what it printed."""
        config = self.folder / f'{setting.method}.py'
        output = self.folder / 'output.txt'
        output.unlink(missing_ok=True)
        arguments = [
            *(str(config), '--sample-data', str(self.folder / 'data')),
            *('--work-dir', str(work_dir)),
            *setting.options,
            *(['--resume'] if resume else []),
            *(['--launcher', 'pytorch'] if setting.processes > 1 else []),
            *('--cfg-options', *COMMON, *SHORT[setting.method]),
            *(*setting.changes, *changes),
        ]
        port = free_port()
        for rank in range(setting.processes):
            environment = dict(
                RANK=str(rank),
                LOCAL_RANK=str(rank),
                WORLD_SIZE=str(setting.processes),
                MASTER_ADDR='127.0.0.1',
                MASTER_PORT=str(port),
                PYTHONPATH=str(HERE),
            )
            self._send([environment, str(output), arguments])
        self._send([])
        return json.loads(self._process.stdout.readline()), output.read_text()

    def _send(self, words):
        self._process.stdin.write(json.dumps(words) + '\n')
        self._process.stdin.flush()

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def free_port():
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


@pytest.fixture(scope='module')
def tool(tmp_path_factory, root):
    folder = tmp_path_factory.mktemp('exact')
    for method, text in TINY_MODELS.items():
        (folder / f'{method}.py').write_text(
            text.format(root=root, family='convformer') + HOOKS
        )
    tool = Tool(folder)
    yield tool
    tool.close()


@pytest.fixture(scope='module')
def straight(tool):
    """What the run of a setting leaves that is not stopped."""
    results = {}

    def run(setting, seed):
        if (setting, seed) not in results:
            work_dir = tool.folder / 'straight'
            changes = [] if seed is None else [f'randomness.seed={seed}']
            statuses, said = tool.run(work_dir, setting, changes=changes)
            assert set(statuses) == {0}, said[-3000:]
            results[setting, seed] = left_by(work_dir)
            shutil.rmtree(work_dir)
        return results[setting, seed]

    return run


@pytest.fixture(scope='module')
def rows(pytestconfig):
    """The table that is printed at the end."""
    rows = [('run', 'stopped at', 'resumed from', 'result')]
    yield rows
    equal = sum(row[-1] == 'equal' for row in rows)
    lines = table(rows, left={0, 1, 2, 3})
    text = '\n'.join(['', *lines, f'{equal} of {len(rows) - 1} equal to the bit'])
    capture = pytestconfig.pluginmanager.get_plugin('capturemanager')
    with capture.global_and_fixture_disabled():
        print(text)


@pytest.mark.parametrize(('setting', 'kill'), CASES)
def test_stopped_and_resumed(setting, kill, tool, straight, rows):
    index = 1 if kill.point == 'saved' else 0
    hook = f'custom_hooks.{index}'
    # The first process saves. The other one is ended as a launcher would.
    rank = 0 if kill.point.startswith('rename') else setting.processes - 1
    changes = (
        f'{hook}.point={kill.point}',
        f'{hook}.number={kill.number}',
        f'{hook}.name={kill.signal}',
        f'{hook}.rank={rank}',
    )
    work_dir = tool.folder / 'work'
    statuses, said = tool.run(work_dir, setting, changes=changes)
    if kill.signal == 'KILL':
        assert KILLED in statuses, said[-3000:]
    else:
        assert set(statuses) == {STOPPED}, said[-3000:]
    pointer = work_dir / 'last_checkpoint'
    saved = Path(pointer.read_text()) if pointer.exists() else None
    seed = None
    if setting.changes == NO_SEED:
        seed = torch.load(saved, weights_only=True)['meta']['seed']
    statuses, said = tool.run(work_dir, setting, resume=True)
    result = left_by(work_dir) if set(statuses) == {0} else said[-3000:]
    different = differences(result, straight(setting, seed))
    shutil.rmtree(work_dir)
    outcome = 'equal' if not different else f'{len(different)} differences'
    name = saved.name if saved else 'the start'
    rows.append((str(setting), str(kill), name, outcome))
    assert different == []


def left_by(work_dir):
    """Return all that two equal runs leave: checkpoints, random states, logs."""
    file = Path((work_dir / 'last_checkpoint').read_text())
    checkpoint = torch.load(file, weights_only=True)
    hub, meta = checkpoint.pop('message_hub'), checkpoint.pop('meta')
    streams = {
        path.name: torch.load(path, weights_only=False)
        for path in sorted(work_dir.glob('streams_*.pt'))
    }
    return dict(
        checkpoint=checkpoint,
        logged={k: v for k, v in hub['log_scalars'].items() if not is_time(k)},
        place={key: meta[key] for key in ('iter', 'epoch', 'seed')},
        streams=streams,
        best={
            path.name: torch.load(path, weights_only=True)['state_dict']
            for path in sorted(work_dir.glob('best_*.pth'))
        },
        scalars=scalars(work_dir),
    )


def is_time(key):
    return key.rpartition('/')[2] in TIMES


def scalars(work_dir):
    """Return each line of the logs by kind and step; a repeated step has to agree."""
    lines = {}
    for file in sorted(work_dir.glob('*/vis_data/scalars.json')):
        for text in file.read_text().splitlines():
            line = json.loads(text)
            kind = 'train' if 'loss' in line else 'val'
            values = {k: v for k, v in line.items() if not is_time(k)}
            key = f'{kind} {line["step"]}'
            lines.setdefault(key, [])
            if values not in lines[key]:
                lines[key].append(values)
    return lines


def differences(one, other, path=''):
    """Return the paths at which two nested results differ in a bit."""
    if isinstance(one, HistoryBuffer):
        one, other = one.data, other.data
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            return [f'{path}: keys {one.keys() ^ other.keys()}']
        return [d for k in one for d in differences(one[k], other[k], f'{path}/{k}')]
    if isinstance(one, (list, tuple)) and type(one) is type(other):
        if len(one) != len(other):
            return [f'{path}: {len(one)} and {len(other)} items']
        pairs = enumerate(zip(one, other, strict=True))
        return [d for i, (a, b) in pairs for d in differences(a, b, f'{path}/{i}')]
    if isinstance(one, torch.Tensor):
        same = one.dtype == other.dtype and torch.equal(one, other)
    elif isinstance(one, np.ndarray):
        same = one.dtype == other.dtype and np.array_equal(one, other, equal_nan=True)
    else:
        same = one == other or (one != one and other != other)
    return [] if same else [f'{path}: {one!r:.40} {other!r:.40}']
