# SPDX-License-Identifier: Apache-2.0
"""A probe in a process of its own.

Models that share a process share its memory too: what one frees another finds ready, or
has to fetch from the system again. That alone moved the ratio of two models by a third.
"""

import multiprocessing
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from mmengine.config import Config

from mmmetaformer.errors import ConfigError

from .ceilings import Ceilings
from .probe import Probe
from .setting import Setting
from .subjects import build

__all__ = ['Remote']


class Remote:
    """Asks a `Probe` in another process; as a context it ends that process.

    Args:
        name: What `build` takes, and so are the others.
        setting: Where it is to run.
        load_config: Reads a config's file; a function of a module's.
    """

    def __init__(
        self, name: str, setting: Setting, load_config: Callable[[str], Config]
    ) -> None:
        self.name = name
        # A fork would share the parent's threads and memory.
        context = multiprocessing.get_context('spawn')
        self._pipe, other = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(other, name, setting, load_config), daemon=True
        )
        self._process.start()
        other.close()

    def __enter__(self) -> 'Remote':
        """Give the probe."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the process."""
        self._pipe.close()
        self._process.join()

    def start(self, training: bool) -> None:
        """As in `Probe`, and so are all that follow.

        Raises:
            ConfigError: There is nothing of that name, or the process was killed.
            RuntimeError: The model failed, its traceback is printed; or the process
                ended.
        """
        self._ask('start', training)

    def seconds(self) -> float:
        """Of one step."""
        return self._ask('seconds')

    def kept_bytes(self) -> int:
        """Kept for the backward pass, for each image."""
        return self._ask('kept_bytes')

    def peak_bytes(self) -> int:
        """The most that tensors take during a step."""
        return self._ask('peak_bytes')

    def bound_seconds(self, ceilings: Ceilings) -> float | None:
        """Of a step at the machine's ceilings."""
        return self._ask('bound_seconds', ceilings)

    def parts(self) -> dict[str, float]:
        """Seconds of each part of one step."""
        return self._ask('parts')

    def _ask(self, method: str, *arguments: Any) -> Any:
        try:
            self._pipe.send((method, arguments))
            value, error = self._pipe.recv()
        except (EOFError, OSError) as closed:
            self._process.join()
            code = self._process.exitcode
            if code != -signal.SIGKILL:
                message = f'{self.name}: its process ended with status {code}'
                raise RuntimeError(message) from closed
            raise ConfigError(
                f'{self.name}: its process was killed, mostly for want of memory: set '
                'a smaller --batch or --size, or name fewer at once'
            ) from closed
        if error is not None:
            raise error
        return value


def _serve(
    pipe: Connection, name: str, setting: Setting, load_config: Callable[[str], Config]
) -> None:
    """Answer until nobody is at the other end; an error answers all that is asked."""
    probe: Probe | None = None
    with suppress(EOFError, ConnectionError, KeyboardInterrupt):
        while True:
            method, arguments = pipe.recv()
            value: Any = None
            error: Exception | None = None
            try:
                if probe is None:
                    probe = Probe(build(name, setting, load_config))
                value = getattr(probe, method)(*arguments)
            except ConfigError as refused:
                error = refused
            except Exception as failed:
                traceback.print_exc()
                error = RuntimeError(f'{name}: {type(failed).__name__}: {failed}')
            pipe.send((value, error))
