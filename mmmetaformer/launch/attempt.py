# SPDX-License-Identifier: Apache-2.0
"""What the launchers share while the processes of an attempt run."""

import contextlib
import json
import time
from dataclasses import asdict

from .options import Options
from .report import Report
from .stores import LostHostError, SharedStore

__all__ = ['TO_JOIN', 'Attempt']

TO_JOIN = 900.0  # seconds that a host waits for the others
TO_ANSWER = 60.0  # seconds after which a silent host counts as lost
TO_REPORT = 3.0  # seconds that the hosts wait for each other's errors
TICK = 2.0  # seconds between two signs of life


class Attempt:
    """One time that the processes of all hosts run.

    Args:
        options: Those of this host.
        store: What the hosts share; None if there is one host only.
        number: Which attempt of host 0 it is, from 0.
        restarts: How often this host has started its processes before.
        port: That of the store through which the processes connect.
        launch: The id that all attempts share.
    """

    def __init__(
        self,
        options: Options,
        store: SharedStore | None,
        number: int,
        restarts: int,
        port: int,
        launch: str,
    ) -> None:
        self.number = number
        self.restarts = restarts
        self.port = port
        self.launch = launch
        self._node = options.node
        self._others = [n for n in range(options.nodes) if n != options.node]
        self._store = store
        self._next_tick = 0.0
        self._ticks = 0
        self._seen: dict[int, tuple[str, float]] = {}

    def is_complete(self) -> bool:
        """Return whether each other host has given a sign of life."""
        return all(self._seen.get(node, ('', 0.0))[0] for node in self._others)

    def check(self) -> Report | None:
        """Give a sign of life; return an error of another host.

        Raises:
            LostHostError: A host has not given one for a minute.
        """
        now = time.monotonic()
        if not self._others or now < self._next_tick:
            return None
        self._next_tick = now + TICK
        self._ticks += 1
        self._set('alive', str(self._ticks))
        for node in self._others:
            self._watch(node, now)
        found = self._reports()
        return found[0] if found else None

    def share(self, own: list[Report], seconds: float = TO_REPORT) -> list[Report]:
        """Return the errors of all hosts, those of this one among them.

        Args:
            own: Those of this host.
            seconds: How long to wait for those of the others.
        """
        if not self._others:
            return own
        with contextlib.suppress(LostHostError):
            for one in own[:1]:
                self._set('ended', json.dumps(asdict(one)))
            until = time.monotonic() + seconds
            while len(found := self._reports()) < len(self._others):
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
        if not self._others:
            return
        with contextlib.suppress(LostHostError):
            self._set('done', '1')
            until = time.monotonic() + seconds
            while self._node == 0 and time.monotonic() < until:
                if self._has('done', *self._others):
                    break
                time.sleep(0.1)

    def _watch(self, node: int, now: float) -> None:
        if self._has('done', node):
            return
        tick = self._get('alive', node) if self._has('alive', node) else ''
        last, since = self._seen.setdefault(node, (tick, now))
        if tick != last:
            self._seen[node] = (tick, now)
        elif now - since > (TO_ANSWER if tick else TO_JOIN):
            raise LostHostError(f'host {node} has not answered for {now - since:.0f} s')

    def _reports(self) -> list[Report]:
        """Return the errors that other hosts have shared."""
        return [
            Report(**json.loads(self._get('ended', node)))
            for node in self._others
            if self._has('ended', node)
        ]

    def _key(self, what: str, node: int) -> str:
        return f'{what}/{self.number}/{node}'

    def _set(self, what: str, value: str) -> None:
        assert self._store is not None
        self._store.set(self._key(what, self._node), value)

    def _has(self, what: str, *nodes: int) -> bool:
        assert self._store is not None
        return self._store.has(*(self._key(what, node) for node in nodes))

    def _get(self, what: str, node: int) -> str:
        assert self._store is not None
        return self._store.get(self._key(what, node))
