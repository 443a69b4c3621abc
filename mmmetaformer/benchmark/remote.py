# SPDX-License-Identifier: Apache-2.0
"""A probe in its own process.

Models in one process also share the memory that one frees and another reuses. That
alone changed the speed-up of one model over another by a third.
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
    """Asks a `Probe` in another process; leaving the context ends that process.

    Args:
        name: As for `build`, like the other arguments.
        setting: Where the workload runs.
        load_config: Loads a config file; a function that pickle finds by name.
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
        """Return the probe."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the process."""
        self._pipe.close()
        self._process.join()

    def start(self, training: bool) -> None:
        """Prepare for training or inference steps; this and the rest are as in `Probe`.

        Raises:
            ConfigError: The name is unknown, or the process was killed.
            RuntimeError: The model failed (its traceback is printed), or the process
                ended.
        """
        self._ask('start', training)

    def seconds(self) -> float:
        """Return the time of one step."""
        return self._ask('seconds')

    def saved_bytes(self) -> int:
        """Return the bytes saved for the backward pass, per image."""
        return self._ask('saved_bytes')

    def peak_bytes(self) -> int:
        """Return the peak bytes of tensors in a step."""
        return self._ask('peak_bytes')

    def bound_seconds(self, ceilings: Ceilings) -> float | None:
        """Return the time of a step at the machine's roofline."""
        return self._ask('bound_seconds', ceilings)

    def parts(self) -> dict[str, float]:
        """Return the seconds of each part of a step."""
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
                f'{self.name}: its process was killed, usually because memory ran out: '
                'set a smaller --batch or --size, or name fewer models at once'
            ) from closed
        if error is not None:
            raise error
        return value


def _serve(
    pipe: Connection, name: str, setting: Setting, load_config: Callable[[str], Config]
) -> None:
    """Answer requests until the other end closes; an error is an answer too."""
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
