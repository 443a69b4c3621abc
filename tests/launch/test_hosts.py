# SPDX-License-Identifier: Apache-2.0
"""Two launchers on one machine, in the place of two hosts."""

import os
import socket
import subprocess
import sys
import time

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.faults('two hosts')]
SCRIPT = """
import glob, os, signal, sys, time
from mmmetaformer.errors import ConfigError
from mmmetaformer.run.command_line import exit_on_user_error

folder = sys.argv[1]
rank, count = int(os.environ['RANK']), int(os.environ['TORCHELASTIC_RESTART_COUNT'])


def wait(*ranks):
    # A host that is started again counts from 0.
    while not all(glob.glob(f'{folder}/{r}_?') for r in ranks):
        time.sleep(0.02)


def main():
    open(f'{folder}/{rank}_{count}', 'w').write(
        f'{os.getpid()} {os.environ["MASTER_PORT"]}'
    )
    wait(0, 1)
    BODY

exit_on_user_error(main)
"""


@pytest.fixture
def hosts(tmp_path, root):
    """Start the launchers of two hosts, one process each."""
    with socket.socket() as free:
        free.bind(('', 0))
        port = free.getsockname()[1]
    started = []

    def start(body, *more, nodes=(0, 1)):
        script = tmp_path / 'tool.py'
        script.write_text(SCRIPT.replace('BODY', body))
        for node in nodes:
            command = ['-m', 'mmmetaformer.launch', '1', script, tmp_path, *more]
            variables = dict(NNODES='2', NODE_RANK=str(node), PORT=str(port))
            started.append(
                subprocess.Popen(
                    [sys.executable, *command],
                    cwd=root,
                    stderr=subprocess.PIPE,
                    text=True,
                    env={**os.environ, **variables, 'MASTER_ADDR': '127.0.0.1'},
                )
            )
        return started[-len(nodes) :]

    yield start
    for one in started:
        one.kill()


def ends(processes, seconds=60):
    texts = [one.communicate(timeout=seconds)[1] for one in processes]
    return [one.returncode for one in processes], texts


def test_both_find_each_other(hosts, tmp_path):
    assert ends(hosts('time.sleep(rank)')) == ([0, 0], ['', ''])
    ports = {(tmp_path / f'{n}_0').read_text().split()[1] for n in (0, 1)}
    assert len(ports) == 1


def test_both_print_the_cause(hosts):
    body = 'if rank == 1: {}["weight"]\n    time.sleep(60)'
    began = time.monotonic()
    status, said = ends(hosts(body))
    assert status == [1, 1]
    for text in said:
        assert text.splitlines()[-1].startswith(
            "error: process 1 of 2 failed: KeyError: there is no key 'weight' (tool.py:"
        )
    assert time.monotonic() - began < 40


def test_both_start_again(hosts, tmp_path):
    body = 'if count == 0: raise ArithmeticError if rank else time.sleep(60)'
    status, said = ends(hosts(body, '--max-restarts', '1'))
    assert status == [0, 0], said
    assert (tmp_path / '0_1').exists()
    assert (tmp_path / '1_1').exists()


def test_an_error_of_the_user_starts_nothing_again(hosts, tmp_path):
    body = 'raise ConfigError("no such head")'
    status, said = ends(hosts(body, '--max-restarts', '1'))
    assert status == [2, 2]
    assert said == ['error: no such head\n'] * 2


@pytest.mark.parametrize('killed', [0, 1])
def test_a_host_that_is_killed_and_started_again(killed, hosts, tmp_path):
    """The other one notices by its silence, and waits for it."""
    other = 1 - killed
    body = f'os.path.exists("{tmp_path}/again") or time.sleep(600)'
    both = hosts(body, '--max-restarts', '1')
    while not all((tmp_path / f'{n}_0').exists() for n in (0, 1)):
        time.sleep(0.1)
    time.sleep(3)
    both[killed].kill()
    both[killed].wait()
    (tmp_path / 'again').touch()
    (again,) = hosts(body, '--max-restarts', '1', nodes=(killed,))
    status, said = ends([both[other], again], seconds=150)
    assert status == [0, 0], said
    assert 'restart 1 of 1' in said[0]
    assert (tmp_path / f'{other}_1').exists()
