# SPDX-License-Identifier: Apache-2.0
"""The stores over which processes find each other."""

import errno
import socket
from datetime import timedelta
from typing import Any

from mmmetaformer.errors import ConfigError

__all__ = ['client_store', 'server_store']


def server_store(address: str, port: int) -> Any:
    """Open a store on this host; its `port` is a free one if `port` is 0.

    Raises:
        ConfigError: Another program uses the port.
    """
    from torch.distributed import TCPStore

    if port:
        _check_free(port)
    return TCPStore(address, port, is_master=True, wait_for_workers=False)


def client_store(address: str, port: int, seconds: float) -> Any:
    """Connect to the store of another host; wait for it for some seconds.

    Raises:
        ConfigError: It does not answer in time.
    """
    from torch.distributed import DistError, TCPStore

    limit = timedelta(seconds=seconds)
    try:
        return TCPStore(address, port, is_master=False, timeout=limit)
    except (DistError, RuntimeError) as error:
        raise ConfigError(
            f'host 0 did not answer at MASTER_ADDR={address} PORT={port} for '
            f'{seconds:.0f} s: start the same command there with NODE_RANK=0, and let '
            'the port through'
        ) from error


def _check_free(port: int) -> None:
    """Torch would print several lines."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(('', port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            how = 'is in use' if error.errno == errno.EADDRINUSE else 'needs root'
            raise ConfigError(
                f'PORT={port} {how} on this host. Leave PORT unset for a free port, '
                'or set another one; with several hosts, the same on all'
            ) from None
