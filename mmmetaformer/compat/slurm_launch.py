# SPDX-License-Identifier: Apache-2.0
"""Tell processes that Slurm started how to find each other.

mmengine takes port 29500 for each job, so two jobs on one host collide. It sets the
variables that torch reads only where it finds an accelerator. Upstream: mmengine
0.10.7, `mmengine/dist/utils.py`. Remove this file when `init_dist('slurm')` derives a
port from the job and works on CPUs.
"""

import os
import re
import subprocess

from mmmetaformer.errors import ConfigError

__all__ = ['first_host', 'prepare_slurm_launch']

# Those of Linux for outgoing connections begin at 32768.
FIRST_PORT, PORTS = 12000, 20000
VARIABLES = {
    'RANK': 'SLURM_PROCID',
    'LOCAL_RANK': 'SLURM_LOCALID',
    'WORLD_SIZE': 'SLURM_NTASKS',
}


def prepare_slurm_launch() -> None:
    """Set the variables that torch reads; those that are set already are kept.

    Raises:
        ConfigError: Slurm did not start this process.
    """
    missing = [name for name in VARIABLES.values() if name not in os.environ]
    if missing:
        raise ConfigError(
            f'--launcher slurm needs the variable {missing[0]}, which srun sets. Start '
            'with tools/slurm_train.sh, or with srun.'
        )
    for name, source in VARIABLES.items():
        os.environ[name] = os.environ[source]
    nodes = os.environ.get('SLURM_STEP_NODELIST') or os.environ['SLURM_NODELIST']
    os.environ.setdefault('MASTER_ADDR', first_host(nodes))
    job = int(os.environ.get('SLURM_JOB_ID', 0)) + int(
        os.environ.get('SLURM_STEP_ID', 0)
    )
    os.environ.setdefault('MASTER_PORT', str(FIRST_PORT + job % PORTS))


def first_host(nodes: str) -> str:
    """Return the first host of Slurm's notation, such as n01 of n[01-03,7],m2."""
    try:
        done = subprocess.run(
            ['scontrol', 'show', 'hostnames', nodes],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.split()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        # Some hosts do not have the command.
        first = re.match(r'[^,\[]+(\[[^\]]*\][^,\[]*)*', nodes)
        name = first[0] if first else nodes
        return re.sub(r'\[(\w+)[^\]]*\]', r'\1', name)
