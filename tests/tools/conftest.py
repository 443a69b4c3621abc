# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys

import pytest
from tiny_runs import TINY_MODELS
from tiny_work_dirs import SMALL, write_work_dir


@pytest.fixture(scope='session')
def tiny_config(root):
    """Write a config with a tiny backbone and return its path."""

    def write(folder, method, family, more=''):
        path = folder / f'tiny_{method}.py'
        path.write_text(TINY_MODELS[method].format(root=root, family=family) + more)
        return path

    return write


@pytest.fixture(scope='session')
def sample(tmp_path_factory):
    """Folder of sample data that all runs share."""
    return str(tmp_path_factory.mktemp('sample'))


@pytest.fixture(scope='session')
def tool(root):
    """Run a tool as a user does and return the finished process."""

    def call(name, *arguments, **environment):
        command = ['bash'] if name.endswith('.sh') else [sys.executable]
        return subprocess.run(
            [*command, f'tools/{name}', *map(str, arguments)],
            cwd=root,
            capture_output=True,
            text=True,
            env={
                **os.environ,
                'PYTHON': sys.executable,
                # Runs side by side must not wait for each other's threads.
                'OMP_NUM_THREADS': '1',
                **environment,
            },
        )

    return call


@pytest.fixture(scope='session')
def work_dirs(root, tmp_path_factory):
    """A work dir of a segmentor and one of a detector, by method."""
    return {
        method: write_work_dir(root, tmp_path_factory.mktemp(method), method)
        for method in SMALL
    }
