# SPDX-License-Identifier: Apache-2.0
"""Signals to a launcher that waits for other hosts."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from mmmetaformer.launch.signals import Signals, StoppedError

SOON = 5  # seconds; half a second on an idle machine
# Processes that do not answer signals, as while they connect.
SCRIPT = """
import os, signal, sys, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
    signal.signal(number, signal.SIG_IGN)
count = os.environ['TORCHELASTIC_RESTART_COUNT']
open(f'{sys.argv[1]}/{os.environ["RANK"]}_{count}', 'w').write(str(os.getpid()))
time.sleep(60)
"""


@pytest.fixture
def listener():
    """Accept connections, and answer nothing, as a host does that hangs."""
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        one.listen()
        yield one.getsockname()[1]


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(('', 0))
        return free.getsockname()[1]


@pytest.fixture
def host(tmp_path, root):
    """Start the launcher of a host, with one process."""
    (tmp_path / 'tool.py').write_text(SCRIPT)
    started = []

    def start(node, port, *more):
        command = ['-m', 'mmmetaformer.launch', '1', tmp_path / 'tool.py', tmp_path]
        variables = dict(NNODES='2', NODE_RANK=str(node), PORT=str(port))
        one = subprocess.Popen(
            [sys.executable, *command, *more],
            cwd=root,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **variables, 'MASTER_ADDR': '127.0.0.1'},
        )
        started.append(one)
        return one

    yield start
    for one in started:
        one.kill()
        one.wait()
        one.stderr.close()
    for path in tmp_path.glob('?_?'):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(path.read_text()), signal.SIGKILL)


def stop(process, number):
    """Return the status after a signal, the last lines, and how long it took."""
    began = time.monotonic()
    process.send_signal(number)
    said = process.communicate(timeout=30)[1]
    return process.returncode, said, time.monotonic() - began


def wait_for(*paths):
    until = time.monotonic() + 60
    while not all(path.exists() and path.read_text() for path in paths):
        assert time.monotonic() < until
        time.sleep(0.05)
    return [int(path.read_text()) for path in paths]


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_signal_is_raised_only_in_the_block():
    with Signals() as signals:
        with signals.raised():
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        assert signals.waiting == [signal.SIGTERM]
        with pytest.raises(StoppedError, match='stopped by SIGTERM'), signals.raised():
            pass


def test_while_host_0_does_not_answer(host, listener):
    one = host(1, listener)
    assert one.stderr.readline() == f'waiting for host 0 at 127.0.0.1:{listener}\n'
    status, said, seconds = stop(one, signal.SIGTERM)
    assert (status, said) == (143, 'stopped by SIGTERM\n')
    assert seconds < SOON


@pytest.mark.slow
@pytest.mark.faults('SIGTERM, SIGUSR1, Ctrl-C')
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGUSR1])
def test_while_host_0_is_not_there(number, host, port):
    one = host(1, port)
    assert one.stderr.readline() == f'waiting for host 0 at 127.0.0.1:{port}\n'
    time.sleep(2)
    status, said, seconds = stop(one, number)
    assert (status, said) == (128 + number, f'stopped by {number.name}\n')
    assert seconds < SOON


@pytest.mark.slow
@pytest.mark.faults('SIGTERM, SIGUSR1, Ctrl-C')
def test_while_the_processes_wait_for_another_host(host, port, tmp_path):
    one = host(0, port)
    (pid,) = wait_for(tmp_path / '0_0')
    time.sleep(3)
    status, said, seconds = stop(one, signal.SIGTERM)
    assert (status, said) == (143, 'stopped by SIGTERM\n')
    assert seconds < SOON
    assert gone(pid)


@pytest.mark.slow
@pytest.mark.faults('SIGTERM, SIGUSR1, Ctrl-C')
def test_while_a_later_attempt_is_joined(host, port, tmp_path):
    """Host 0 is frozen after the first one has failed."""
    first, second = (host(node, port, '--max-restarts', '1') for node in (0, 1))
    _, pid = wait_for(tmp_path / '0_0', tmp_path / '1_0')
    time.sleep(3)
    first.send_signal(signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    time.sleep(2)
    began = time.monotonic()
    while second.poll() is None and 'restart 1 of 1' not in second.stderr.readline():
        assert time.monotonic() - began < 60
    time.sleep(1)
    status, said, seconds = stop(second, signal.SIGTERM)
    first.send_signal(signal.SIGCONT)
    assert status == 143
    assert said.splitlines()[-1] == 'stopped by SIGTERM'
    assert seconds < SOON


@pytest.mark.slow
@pytest.mark.faults('SIGTERM, SIGUSR1, Ctrl-C')
def test_both_hosts_after_a_restart(host, port, tmp_path):
    """The second attempt waits for a host that has been killed."""
    first, second = (host(node, port, '--max-restarts', '1') for node in (0, 1))
    pid, _ = wait_for(tmp_path / '0_0', tmp_path / '1_0')
    time.sleep(3)
    second.kill()
    os.kill(pid, signal.SIGKILL)
    (pid,) = wait_for(tmp_path / '0_1')
    time.sleep(1)
    status, said, seconds = stop(first, signal.SIGINT)
    assert status == 130
    assert said.splitlines()[-1] == 'stopped by SIGINT'
    assert seconds < SOON
    assert gone(pid)
