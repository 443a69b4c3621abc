# SPDX-License-Identifier: Apache-2.0
"""Each test waits for a process that imports torch."""

import os
import signal

import pytest

from mmmetaformer.benchmark import Ceilings, Remote, Setting
from mmmetaformer.errors import ConfigError

SMALL = Setting((32, 32))


def killed(path):
    os.kill(os.getpid(), signal.SIGKILL)


def wrong(path):
    raise ZeroDivisionError(path)


def test_answers_of_a_probe():
    with Remote('gelu', SMALL, wrong) as remote:
        remote.start(training=True)
        assert remote.seconds() > 0
        assert remote.kept_bytes() == 0  # nn.GELU keeps its input, which is there
        # Input, output, and the gradients of both.
        assert remote.peak_bytes() >= 4 * 256 * 8 * 8 * 4
        assert remote.bound_seconds(Ceilings(1e9, 1e9)) > 0
        process = remote._process
        assert process.is_alive()
    assert not process.is_alive()


def test_errors_cross(capfd):
    with Remote('nothing', SMALL, wrong) as remote:
        for _ in range(2):  # it goes on answering
            with pytest.raises(ConfigError, match="'nothing' is no backbone"):
                remote.start(training=True)
    with (
        Remote('a.py', SMALL, wrong) as remote,
        pytest.raises(RuntimeError, match='a.py: ZeroDivisionError: a.py'),
    ):
        remote.start(training=True)
    assert 'raise ZeroDivisionError(path)' in capfd.readouterr().err


def test_killed():
    with (
        Remote('a.py', SMALL, killed) as remote,
        pytest.raises(ConfigError, match='a.py: its process was killed'),
    ):
        remote.start(training=True)
