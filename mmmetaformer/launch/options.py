# SPDX-License-Identifier: Apache-2.0
"""What `tools/dist_train.sh` and `tools/dist_test.sh` were asked for."""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mmmetaformer.errors import ConfigError

__all__ = ['Options', 'read_options']

HELP = ('-h', '--help')


@dataclass(frozen=True)
class Options:
    """The processes to start.

    Args:
        command: The script of a tool and its arguments.
        processes: Number of processes on this host.
        nodes: Number of hosts.
        node: Number of this host.
        address: Where host 0 is reached.
        port: The port there; 0 for one that is free.
        restarts: How often all processes are started again after one has failed.
    """

    command: tuple[str, ...]
    processes: int
    nodes: int = 1
    node: int = 0
    address: str = '127.0.0.1'
    port: int = 0
    restarts: int = 0

    @property
    def world_size(self) -> int:
        """Number of processes on all hosts."""
        return self.nodes * self.processes


def read_options(words: Sequence[str], variables: Mapping[str, str]) -> Options:
    """Read a command line `PROCESSES SCRIPT ARGUMENTS...`.

    Args:
        words: The command line. `--max-restarts N` may be anywhere in it.
        variables: The environment: NNODES, NODE_RANK, MASTER_ADDR and PORT.

    Raises:
        ConfigError: A number is none, or is missing.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument('--max-restarts', default='0')
    known, (processes, *command) = parser.parse_known_args(list(words))
    if any(word in HELP for word in command):
        _help(command)
    nodes = _number('NNODES', variables.get('NNODES') or '1', least=1)
    several = nodes > 1
    for name in ('NODE_RANK', 'MASTER_ADDR', 'PORT') if several else ():
        if not variables.get(name):
            raise ConfigError(
                f'NNODES={nodes} needs {name}: set NODE_RANK (0 to {nodes - 1}), and '
                'on all hosts the same MASTER_ADDR (that of host 0) and PORT (a free '
                'one there, such as 29500)'
            )
    return Options(
        command=tuple(command),
        processes=_number('the number of GPUs', processes, least=1),
        nodes=nodes,
        node=_number('NODE_RANK', variables.get('NODE_RANK') or '0', 0, nodes - 1),
        address=variables.get('MASTER_ADDR') or '127.0.0.1',
        port=_number('PORT', variables.get('PORT') or '0', int(several), 65535),
        restarts=_number('--max-restarts', known.max_restarts, least=0),
    )


def _number(name: str, word: str, least: int, most: int | None = None) -> int:
    number = int(word) if word.isdecimal() else -1
    if number < least or (most is not None and number > most):
        span = f'from {least} up' if most is None else f'from {least} to {most}'
        raise ConfigError(f'{name} must be a number {span}, got {word!r}')
    return number


def _help(command: Sequence[str]) -> None:
    """Print what both tools take, and end."""
    print('--max-restarts N  start all processes again after a failure, N times')
    print('Environment: PORT, NNODES, NODE_RANK, MASTER_ADDR. See docs/launching.md\n')
    sys.exit(subprocess.run([sys.executable, *command], env=os.environ).returncode)
