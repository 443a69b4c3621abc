# SPDX-License-Identifier: Apache-2.0
"""Beginning each attempt on all hosts of a run together."""

import json
import time
import uuid
from dataclasses import asdict
from typing import Any

from .attempt import TO_JOIN, Attempt
from .options import Options
from .report import Report
from .stores import (
    LostHostError,
    SharedStore,
    client_store,
    server_store,
)

__all__ = ['Hosts']


class Hosts:
    """Begins each attempt on all hosts together.

    Host 0 has a store with what they tell each other, at MASTER_ADDR and PORT. Each
    attempt has another store, through which the processes connect.

    Args:
        options: Those of this host.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._launch = uuid.uuid4().hex if options.node == 0 else ''
        self._joined = ''  # the launch of host 0 whose attempt this host was in last
        self._store: SharedStore | None = None
        self._ranks_store: Any = None

    def begin(self, number: int) -> Attempt:
        """Begin an attempt. Handlers of signals run meanwhile, and may raise.

        Args:
            number: How often this host has begun one before. One that comes later joins
                the attempt of the others.

        Raises:
            ConfigError: The port is taken, or host 0 does not answer.
            LostHostError: Host 0 has ended, or begins no further attempt.
        """
        options = self._options
        # The former one is closed first: it may have the same port.
        self._ranks_store = None
        if options.nodes == 1:
            self._ranks_store = server_store(options.port)
            port = self._ranks_store.port
            return Attempt(options, None, number, number, port, self._launch)
        if options.node == 0:
            store, shared = self._open(number), number
        else:
            store = SharedStore(client_store(options.address, options.port, TO_JOIN))
            shared = self._join(store, number)
            # It keeps its first one: under that, its processes have noted what is
            # theirs in the work dir.
            self._joined = store.get('launch')
            self._launch = self._launch or self._joined
        port = int(store.get(f'port/{shared}'))
        return Attempt(options, store, shared, max(number, shared), port, self._launch)

    def _open(self, number: int) -> SharedStore:
        """Let the other hosts join an attempt."""
        if self._store is None:
            self._store = SharedStore(server_store(self._options.port))
            self._store.set('launch', self._launch)
        self._ranks_store = server_store(0)
        self._store.set(f'port/{number}', str(self._ranks_store.port))
        self._store.set('attempt', str(number))
        return self._store

    def _end(self, store: SharedStore, number: int) -> None:
        """Let the other hosts end an attempt that this host's processes have left."""
        node = self._options.node
        rank = node * self._options.processes
        lost = Report(rank, 1, time.time(), f'is gone: host {node} was started again')
        store.set(f'ended/{number}/{node}', json.dumps(asdict(lost)))

    def _join(self, store: SharedStore, number: int) -> int:
        """Wait for an attempt that runs, from this one on.

        The launcher of host 0 may have been started again, and counts from 0.
        """
        until = time.monotonic() + TO_JOIN
        while time.monotonic() < until:
            if store.has('attempt'):
                current = int(store.get('attempt'))
                ended = [f'ended/{current}/{n}' for n in range(self._options.nodes)]
                fits = current >= number or store.get('launch') != self._joined
                if fits and not any(map(store.has, ended)):
                    if not store.has(f'alive/{current}/{self._options.node}'):
                        return current
                    # A former launcher of this host was in it.
                    self._end(store, current)
            time.sleep(0.2)
        raise LostHostError(f'host 0 began no attempt for {TO_JOIN:.0f} s')
