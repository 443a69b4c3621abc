# SPDX-License-Identifier: Apache-2.0
"""The number of processes of a run."""

import os

__all__ = ['world_size_of']

# Where each launcher says how many processes it started.
VARIABLES = {
    'pytorch': 'WORLD_SIZE',
    'slurm': 'SLURM_NTASKS',
    'mpi': 'OMPI_COMM_WORLD_SIZE',
}


def world_size_of(launcher: str) -> int:
    """Return the number of processes of a run before they are connected.

    Args:
        launcher: 'none', 'pytorch', 'slurm' or 'mpi'.
    """
    return 1 if launcher == 'none' else int(os.environ.get(VARIABLES[launcher], 1))
