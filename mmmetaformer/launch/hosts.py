# SPDX-License-Identifier: Apache-2.0
"""What the launchers of a run on several hosts tell each other."""

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from .options import Options
from .report import Report
from .stores import client_store, server_store

__all__ = ['Hosts', 'LostHostError']

TO_JOIN = 900.0  # seconds that a host waits for the others
TO_ANSWER = 60.0  # seconds after which a silent host counts as lost
TO_REPORT = 3.0  # seconds that the hosts wait for each other's errors
TICK = 2.0  # seconds between two signs of life
CALL = 20.0  # seconds that one question to the store may take


class LostHostError(Exception):
    """Another host does not answer any more."""


class Hosts:
    """Starts and ends each attempt on all hosts together.

    Host 0 has a store with what they tell each other, at MASTER_ADDR and PORT. Each
    attempt has another store, through which the processes connect.

    Args:
        options: Those of this host.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._store: Any = None
        self._ranks_store: Any = None
        self._attempt = 0
        self._next_tick = 0.0
        self._ticks = 0
        self._seen: dict[int, tuple[str, float]] = {}

    def begin(self, attempt: int) -> tuple[int, int]:
        """Begin an attempt; return its number and the port of its store.

        Args:
            attempt: The number that it has for this host. One that comes later joins
                the attempt of the others.
        """
        options = self._options
        # The former one is closed first: it may have the same port.
        self._ranks_store = None
        if options.nodes == 1:
            self._ranks_store = server_store(options.address, options.port)
            return attempt, self._ranks_store.port
        with _losing():
            if options.node == 0:
                if self._store is None:
                    self._store = server_store(options.address, options.port)
                self._ranks_store = server_store(options.address, 0)
                self._set(f'port/{attempt}', str(self._ranks_store.port))
                self._set('attempt', str(attempt))
            else:
                self._store = client_store(options.address, options.port, TO_JOIN)
                attempt = self._join(attempt)
            self._store.set_timeout(timedelta(seconds=CALL))
            self._attempt, self._seen = attempt, {}
            return attempt, int(self._get(f'port/{attempt}'))

    def check(self) -> Report | None:
        """Give a sign of life; return an error of another host.

        Raises:
            LostHostError: A host has not given one for a minute.
        """
        now = time.monotonic()
        if self._options.nodes == 1 or now < self._next_tick:
            return None
        self._next_tick = now + TICK
        with _losing():
            self._ticks += 1
            self._set(f'alive/{self._attempt}/{self._options.node}', str(self._ticks))
            for node in self._others():
                self._watch(node, now)
            found = self._reports()
        return found[0] if found else None

    def share(self, own: list[Report]) -> list[Report]:
        """Return the errors of all hosts, those of this one among them."""
        if self._options.nodes == 1:
            return own
        with contextlib.suppress(LostHostError), _losing():
            for one in own[:1]:
                key = f'ended/{self._attempt}/{self._options.node}'
                self._set(key, json.dumps(asdict(one)))
            until = time.monotonic() + TO_REPORT
            while len(found := self._reports()) < self._options.nodes:
                if time.monotonic() > until:
                    break
                time.sleep(0.1)
            return [*own, *found]
        return own

    def finish(self, seconds: float = TO_ANSWER) -> None:
        """Let the other hosts finish before this one closes the stores.

        Args:
            seconds: How long at most.
        """
        if self._options.nodes == 1:
            return
        with contextlib.suppress(LostHostError), _losing():
            self._set(f'done/{self._attempt}/{self._options.node}', '1')
            until = time.monotonic() + seconds
            keys = [f'done/{self._attempt}/{node}' for node in self._others()]
            while self._options.node == 0 and time.monotonic() < until:
                if self._store.check(keys):
                    break
                time.sleep(0.1)

    def _join(self, attempt: int) -> int:
        """Wait for an attempt that runs, from this one on."""
        until = time.monotonic() + TO_JOIN
        while time.monotonic() < until:
            if self._store.check(['attempt']):
                current = int(self._get('attempt'))
                ended = [
                    f'ended/{current}/{node}' for node in range(self._options.nodes)
                ]
                if current >= attempt and not any(
                    self._store.check([key]) for key in ended
                ):
                    return current
            time.sleep(0.2)
        raise LostHostError(f'host 0 began no attempt for {TO_JOIN:.0f} s')

    def _watch(self, node: int, now: float) -> None:
        key = f'alive/{self._attempt}/{node}'
        if self._store.check([f'done/{self._attempt}/{node}']):
            return
        tick = self._get(key) if self._store.check([key]) else ''
        last, since = self._seen.setdefault(node, (tick, now))
        if tick != last:
            self._seen[node] = (tick, now)
        elif now - since > (TO_ANSWER if tick else TO_JOIN):
            raise LostHostError(f'host {node} has not answered for {now - since:.0f} s')

    def _reports(self) -> list[Report]:
        """Return the errors that other hosts have shared."""
        keys = [f'ended/{self._attempt}/{node}' for node in self._others()]
        return [
            Report(**json.loads(self._get(key)))
            for key in keys
            if self._store.check([key])
        ]

    def _others(self) -> list[int]:
        return [n for n in range(self._options.nodes) if n != self._options.node]

    def _set(self, key: str, value: str) -> None:
        self._store.set(key, value)

    def _get(self, key: str) -> str:
        return self._store.get(key).decode()


@contextlib.contextmanager
def _losing() -> Iterator[None]:
    """Turn what the store raises if it is gone into a `LostHostError`."""
    from torch.distributed import DistError

    try:
        yield
    except DistError as error:
        raise LostHostError('host 0 does not answer any more') from error
