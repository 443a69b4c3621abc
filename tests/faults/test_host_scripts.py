# SPDX-License-Identifier: Apache-2.0
"""Scripts that need root, for a cluster on this machine."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow
CANNOT = 2


@pytest.mark.parametrize(
    'name',
    [
        pytest.param('two_hosts.sh', marks=pytest.mark.faults('two hosts')),
        pytest.param(
            'slurm_preempt.sh',
            marks=pytest.mark.faults('Slurm: time is up, preempted'),
        ),
    ],
)
def test_passes(name, root):
    done = subprocess.run(
        ['bash', f'tests/multi_node/{name}'],
        cwd=root,
        capture_output=True,
        text=True,
        env={**os.environ, 'PYTHON': sys.executable},
    )
    if done.returncode == CANNOT and done.stderr.startswith('Cannot run: '):
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert done.stdout.splitlines()[-1] == 'PASSED'
