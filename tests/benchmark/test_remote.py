# SPDX-License-Identifier: Apache-2.0
"""Each test waits for a process that imports torch."""

import os
import signal

import pytest

from mmmetaformer.benchmark import Ceilings, Remote, Setting
from mmmetaformer.errors import ConfigError

SMALL = Setting((32, 32))


calls: list[str] = []


def fails(path):
    """Fail in another way each time; `calls` belongs to the other process."""
    calls.append(path)
    if len(calls) == 1:
        raise ConfigError(path)
    if len(calls) == 2:
        raise ZeroDivisionError(path)
    os.kill(os.getpid(), signal.SIGKILL)


def test_answers_of_a_probe():
    with Remote('gelu', SMALL, fails) as remote:
        remote.start(training=True)
        assert remote.seconds() > 0
        assert remote.saved_bytes() == 0  # nn.GELU keeps its input, which is there
        # Input, output, and the gradients of both.
        assert remote.peak_bytes() >= 4 * 256 * 8 * 8 * 4
        assert remote.bound_seconds(Ceilings(1e9, 1e9)) > 0
        process = remote._process
        assert process.is_alive()
    assert not process.is_alive()


def test_errors_cross(capfd):
    with Remote('a.py', SMALL, fails) as remote:
        with pytest.raises(ConfigError, match='^a.py$'):
            remote.start(training=True)
        with pytest.raises(RuntimeError, match='a.py: ZeroDivisionError: a.py'):
            remote.start(training=True)
        assert 'raise ZeroDivisionError(path)' in capfd.readouterr().err
        with pytest.raises(ConfigError, match='a.py: its process was killed'):
            remote.start(training=True)
