# SPDX-License-Identifier: Apache-2.0
"""Launches of small scripts, in the place of a tool."""

import os
import signal
import socket
import time

import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.launch.launcher import launch
from mmmetaformer.launch.options import Options

pytestmark = pytest.mark.faults('process killed, stopped, hung or raising')
START = """
import faulthandler, os, signal, sys, time
from mmmetaformer.errors import ConfigError
from mmmetaformer.launch.report import own_file, stack_files
from mmmetaformer.run.command_line import exit_on_user_error

rank, count = int(os.environ['RANK']), int(os.environ['TORCHELASTIC_RESTART_COUNT'])
folder = sys.argv[1]
open(f'{folder}/pid{rank}_{count}', 'w').write(str(os.getpid()))


def wait(name):
    while not os.path.exists(f'{folder}/{name}'):
        time.sleep(0.01)


"""


@pytest.fixture
def start(tmp_path):
    """Launch a script with the body of a tool's `main` in two processes."""

    def call(body, **options):
        script = tmp_path / 'tool.py'
        lines = ''.join(f'    {line}\n' for line in body.strip().splitlines())
        script.write_text(f'{START}def main():\n{lines}\n\nexit_on_user_error(main)\n')
        command = (str(script), str(tmp_path))
        return launch(Options(command=command, processes=2, **options))

    return call


@pytest.fixture
def pids(tmp_path):
    """Return the ids of all processes that were started."""
    return lambda: [int(path.read_text()) for path in tmp_path.glob('pid*')]


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_all_processes_find_each_other(start, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv('OMP_NUM_THREADS', '3')
    status = start("""
names = ('LOCAL_RANK', 'WORLD_SIZE', 'LOCAL_WORLD_SIZE', 'OMP_NUM_THREADS')
text = ' '.join(os.environ[name] for name in names)
open(f'{folder}/said{rank}', 'w').write(text)
assert int(os.environ['MASTER_PORT']) > 1024
assert os.environ['MASTER_ADDR'] == '127.0.0.1'
""")
    assert status == 0, capfd.readouterr().err
    assert [(tmp_path / f'said{n}').read_text() for n in (0, 1)] == [
        '0 2 2 3',
        '1 2 2 3',
    ]
    assert capfd.readouterr().err == ''


def test_an_error_of_all_is_printed_once(start, capfd):
    status = start('raise ConfigError("no such head. Did you mean X?")', restarts=3)
    assert status == 2
    assert capfd.readouterr().err == 'error: no such head. Did you mean X?\n'


def test_the_cause_is_printed_last(start, capfd, pids):
    status = start("""
if rank == 0:
    wait('pid1_0')
    time.sleep(0.3)
    raise RuntimeError('[gloo/transport/tcp/pair.cc:547] Connection closed by peer')
open(f'{folder}/raised', 'w')
{}['weight']
""")
    lines = capfd.readouterr().err.splitlines()
    assert status == 1
    assert lines[0].startswith('Traceback')
    assert lines.count(lines[0]) == 1
    assert lines[-1].startswith(
        "error: process 1 of 2 failed: KeyError: there is no key 'weight' (tool.py:"
    )
    assert 'gloo' not in '\n'.join(lines)
    assert all(gone(pid) for pid in pids())


@pytest.mark.parametrize('also', ['waits', 'raises'])
def test_a_killed_process_ends_the_others(also, start, capfd, pids):
    began = time.monotonic()
    status = start(
        """
if rank == 1:
    wait('pid0_0')
    os.kill(os.getpid(), signal.SIGKILL)
if also == 'raises':
    raise RuntimeError('[gloo/transport/tcp/pair.cc:547] Connection closed by peer')
time.sleep(60)
""".replace('also', repr(also))
    )
    assert status == 128 + signal.SIGKILL
    assert capfd.readouterr().err == (
        'error: process 1 of 2 failed: it was killed by SIGKILL, as happens if memory '
        'runs out\n'
    )
    assert time.monotonic() - began < 20
    assert all(gone(pid) for pid in pids())


HANG = """
stack, crash = (open(file, 'w') for file in stack_files(own_file()))
faulthandler.enable(crash)
if rank == 0:
    wait('pid1_0')
    faulthandler.dump_traceback_later(0.5, exit=True, file=stack)
    [].sort(key=time.sleep(60))
while True:
    os.kill(os.getpid(), signal.SIGSTOP)
"""


def test_the_stack_of_each_process_that_hangs(start, capfd, pids):
    status = start(HANG)
    lines = capfd.readouterr().err.splitlines()
    assert status == 1
    assert lines[0] == 'process 0 was in (innermost first):'
    assert 'tool.py' in lines[1]
    assert 'in main' in lines[1]
    second = lines.index('process 1 was in (innermost first):')
    assert 'tool.py' in lines[second + 1]
    assert lines[-1].startswith('error: no process finished a step for 0:00:00.5')
    assert all(gone(pid) for pid in pids())


def test_a_signal_is_passed_on_and_not_a_failure(start, capfd, tmp_path):
    status = start(
        """
def stop(number, frame):
    open(f'{folder}/got{rank}', 'w').write(str(int(number)))
    sys.exit(75)
signal.signal(signal.SIGUSR1, stop)
open(f'{folder}/ready{rank}', 'w')
if rank == 0:
    wait('ready1')
    os.kill(os.getppid(), signal.SIGUSR1)
time.sleep(60)
""",
        restarts=2,
    )
    assert status == 75
    assert capfd.readouterr().err == ''
    got = [int((tmp_path / f'got{rank}').read_text()) for rank in (0, 1)]
    assert got == [signal.SIGUSR1] * 2
    assert not (tmp_path / 'pid0_1').exists()


def test_a_second_ctrl_c_ends_at_once(start, pids):
    began = time.monotonic()
    status = start("""
signal.signal(signal.SIGINT, signal.SIG_IGN)
if rank == 0:
    wait('pid1_0')
    for _ in range(2):
        os.kill(os.getppid(), signal.SIGINT)
        time.sleep(0.4)
time.sleep(60)
""")
    assert status == 128 + signal.SIGINT
    assert time.monotonic() - began < 20
    assert all(gone(pid) for pid in pids())


def test_starts_again_after_a_failure(start, capfd, pids):
    status = start(
        """
if count < 2 and rank == 1:
    raise ArithmeticError(f'attempt {count}')
if count < 2:
    time.sleep(60)
""",
        restarts=2,
    )
    said = capfd.readouterr().err
    assert status == 0, said
    assert len(pids()) == 6
    assert 'restart 1 of 2' in said
    assert 'failed: ArithmeticError: attempt 1' in said


def test_starts_again_only_so_often(start, capfd, pids):
    assert start('sys.exit(7)', restarts=1) == 7
    assert len(pids()) == 4
    last = capfd.readouterr().err.splitlines()[-1]
    assert last == 'error: process 0 of 2 failed: it exited with status 7'


def test_a_port_that_is_taken(start, pids):
    with socket.socket() as other:
        other.bind(('', 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f'PORT={port} is in use on this host'):
            start('pass', port=port)
    assert pids() == []
    assert start(f"assert os.environ['MASTER_PORT'] == '{port}'", port=port) == 0


def test_handlers_are_restored(start):
    before = signal.getsignal(signal.SIGTERM)
    start('pass')
    assert signal.getsignal(signal.SIGTERM) is before
