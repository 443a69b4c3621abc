# SPDX-License-Identifier: Apache-2.0
"""The processes of a run, before they are connected."""

import os
from pathlib import Path

__all__ = [
    'is_first_process',
    'launch_of',
    'process_number',
    'was_restarted',
    'world_size_of',
]

# Where each launcher says how many processes it started.
WORLD_SIZES = {
    'pytorch': 'WORLD_SIZE',
    'slurm': 'SLURM_NTASKS',
    'mpi': 'OMPI_COMM_WORLD_SIZE',
}
# Where they say how often they have started this run before.
RESTARTS = {'pytorch': 'TORCHELASTIC_RESTART_COUNT', 'slurm': 'SLURM_RESTART_COUNT'}
# Where they say the number of this process.
RANKS = ('RANK', 'SLURM_PROCID', 'OMPI_COMM_WORLD_RANK')


def world_size_of(launcher: str) -> int:
    """Return the number of processes of a run.

    Args:
        launcher: 'none', 'pytorch', 'slurm' or 'mpi'.
    """
    return 1 if launcher == 'none' else int(os.environ.get(WORLD_SIZES[launcher], 1))


def was_restarted(launcher: str) -> bool:
    """Return whether the launcher starts a run again, after a failure or a requeue.

    Args:
        launcher: 'none', 'pytorch', 'slurm' or 'mpi'.
    """
    return int(os.environ.get(RESTARTS.get(launcher, ''), 0)) > 0


def launch_of(launcher: str) -> str:
    """Return what tells this launch from others, and stays if it starts again.

    It is the same for all processes on a host, and with `tools/dist_train.sh` and Slurm
    on all hosts. It is '' if the launcher starts nothing again.

    Args:
        launcher: 'none', 'pytorch', 'slurm' or 'mpi'.
    """
    if launcher == 'slurm':
        return f'slurm {os.environ.get("SLURM_JOB_ID", "")}'
    if launcher != 'pytorch':
        return ''
    # The run id of torchrun is 'none' by default. But each launch has a new folder:
    # FOLDER/attempt_0/0/error.json.
    file = os.environ.get('TORCHELASTIC_ERROR_FILE', '')
    folder = Path(file).parents[2] if file.count(os.sep) > 2 else ''
    return f'{os.environ.get("TORCHELASTIC_RUN_ID", "")} {folder}'.strip()


def process_number() -> int:
    """Return the number of this process, 0 for the first or only one."""
    return max(int(os.environ.get(name, 0)) for name in RANKS)


def is_first_process() -> bool:
    """Return whether this is the first process, or the only one."""
    return process_number() == 0
