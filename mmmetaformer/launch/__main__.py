# SPDX-License-Identifier: Apache-2.0
"""Run a tool in several processes: `python -m mmmetaformer.launch N SCRIPT ...`."""

import os
import signal
import sys

from mmmetaformer.errors import ConfigError

from .launcher import launch
from .options import read_options

LEVEL = 'TORCH_CPP_LOG_LEVEL'


def main() -> int:
    """Launch what the command line and the environment say; return the status."""
    try:
        options = read_options(sys.argv[1:], os.environ)
        _import_torch()
        _check_gpus(options.processes)
        return launch(options)
    except ConfigError as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # before the launcher handles signals
        print('stopped by SIGINT', file=sys.stderr)
        return 128 + signal.SIGINT


def _import_torch() -> None:
    """Import it without its warnings of connections that end."""
    given = os.environ.get(LEVEL)
    os.environ[LEVEL] = given or 'ERROR'
    import torch.distributed  # noqa: F401  # reads the variable

    if given is None:
        del os.environ[LEVEL]  # the processes may warn


def _check_gpus(processes: int) -> None:
    from torch import cuda

    count = cuda.device_count()
    if 0 < count < processes:
        raise ConfigError(
            f'{processes} processes need {processes} GPUs, but {count} are visible: '
            f'give {count}, or set CUDA_VISIBLE_DEVICES'
        )


if __name__ == '__main__':
    status = main()
    # At once: unloading torch takes long, and a thread may still wait for host 0.
    sys.stderr.flush()
    os._exit(status)
