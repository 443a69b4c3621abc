# SPDX-License-Identifier: Apache-2.0
"""The environment of a process that is started."""

import os
from pathlib import Path

from .attempt import Attempt
from .options import Options
from .report import FILE, PARENT

__all__ = ['environment_of']


def environment_of(
    options: Options, attempt: Attempt, local: int, file: Path
) -> dict[str, str]:
    """Return this process's environment, what torchrun adds too, and our own.

    Args:
        options: What is started.
        attempt: That of all hosts.
        local: The number of the process on this host.
        file: For its report.
    """
    values = {
        'RANK': options.node * options.processes + local,
        'LOCAL_RANK': local,
        'WORLD_SIZE': options.world_size,
        'LOCAL_WORLD_SIZE': options.processes,
        'GROUP_RANK': options.node,
        'GROUP_WORLD_SIZE': options.nodes,
        'MASTER_ADDR': options.address,
        'MASTER_PORT': attempt.port,
        'TORCHELASTIC_USE_AGENT_STORE': True,
        'TORCHELASTIC_RESTART_COUNT': attempt.restarts,
        'TORCHELASTIC_MAX_RESTARTS': options.restarts,
        'TORCHELASTIC_RUN_ID': attempt.launch,
        FILE: file,
        PARENT: os.getpid(),
    }
    if options.processes > 1:
        values['OMP_NUM_THREADS'] = os.environ.get('OMP_NUM_THREADS', 1)
    return {**os.environ, **{name: str(value) for name, value in values.items()}}
