# SPDX-License-Identifier: Apache-2.0
"""The stores over which processes find each other."""

import errno
import socket
import sys
from collections.abc import Callable
from concurrent.futures import Future, TimeoutError, wait
from datetime import timedelta
from threading import Thread
from typing import Any, TypeVar

from mmmetaformer.errors import ConfigError

__all__ = [
    'LostHostError',
    'SharedStore',
    'client_store',
    'server_store',
]

SILENT = 1.0  # seconds after which a line says what is waited for
CALL = 10.0  # seconds that one question to a store may take
T = TypeVar('T')


class LostHostError(Exception):
    """Another host does not answer any more."""


class SharedStore:
    """What the launchers of a run share; each method asks host 0.

    Args:
        store: That of host 0.

    Raises:
        LostHostError: It does not answer, also if it is frozen.
    """

    def __init__(self, store: Any) -> None:
        self._store = store

    def set(self, key: str, value: str) -> None:
        """Set a value."""
        self._ask(lambda: self._store.set(key, value))

    def get(self, key: str) -> str:
        """Return the value of a key that is there."""
        return str(self._ask(lambda: self._store.get(key)).decode())

    def has(self, *keys: str) -> bool:
        """Return whether all keys are there."""
        return bool(self._ask(lambda: self._store.check(list(keys))))

    def _ask(self, question: Callable[[], Any]) -> Any:
        from torch.distributed import DistError

        try:
            return _in_background(question).result(CALL)
        except (DistError, TimeoutError) as error:
            raise LostHostError('host 0 does not answer any more') from error


def _in_background(action: Callable[[], T]) -> Future[T]:
    """Call a function in a thread that ends with the process.

    A handler of a signal does not run while the main thread is in a store's code, but
    runs while it waits for the result.
    """
    future: Future[T] = Future()

    def call() -> None:
        try:
            future.set_result(action())
        except Exception as error:
            future.set_exception(error)

    Thread(target=call, daemon=True).start()
    return future


def server_store(port: int) -> Any:
    """Open a store on this host; its `port` is a free one if `port` is 0.

    Raises:
        ConfigError: Another program uses the port.
    """
    from torch.distributed import TCPStore

    if port:
        _check_free(port)
    # It listens at all addresses of this host.
    return TCPStore('127.0.0.1', port, is_master=True, wait_for_workers=False)


def client_store(address: str, port: int, seconds: float) -> Any:
    """Connect to the store of another host; wait for it for some seconds.

    Raises:
        ConfigError: It does not answer in time.
    """
    from torch.distributed import DistError, TCPStore

    limit = timedelta(seconds=seconds)
    store = _in_background(
        lambda: TCPStore(address, port, is_master=False, timeout=limit)
    )
    if not wait([store], SILENT).done:
        print(f'waiting for host 0 at {address}:{port}', file=sys.stderr, flush=True)
    try:
        return store.result(seconds)
    except (DistError, RuntimeError, TimeoutError) as error:
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
