# SPDX-License-Identifier: Apache-2.0
"""Saving in the first process, with the same end in all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmengine.runner import Runner

from mmmetaformer.disk import cannot_write
from mmmetaformer.engine.agreement import in_first_process
from mmmetaformer.errors import ConfigError

__all__ = ['SharedSaves', 'save_errors']


class SharedSaves:
    """A runner whose `save_checkpoint` fails in all processes if it fails in one.

    mmengine's own saves in the first process, and the others wait for it forever.

    Args:
        runner: The runner, or one of these.
    """

    def __init__(self, runner: Any) -> None:
        self._runner: Runner = getattr(runner, '_runner', runner)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runner, name)

    def save_checkpoint(self, out_dir: str, filename: str, **arguments: Any) -> None:
        """Save a checkpoint; the arguments are those of the runner's method.

        Raises:
            ConfigError: The file cannot be written.
        """
        last = self._runner.message_hub.runtime_info.get('last_ckpt')

        def save() -> None:
            with save_errors(Path(out_dir, filename), last):
                self._runner.save_checkpoint(out_dir, filename, **arguments)

        in_first_process(save)


@contextmanager
def save_errors(path: Path, last: str | None) -> Iterator[None]:
    """Turn what the system raises inside into a `ConfigError`.

    Args:
        path: The file that is written.
        last: The last checkpoint, None if there is none yet.

    Raises:
        ConfigError: The file cannot be written, with the reason and what is left.
    """
    try:
        yield
    except OSError as error:
        left = (
            f'The last checkpoint, {last}, is as it was. When {path.parent} can be '
            'written again, continue with --resume'
            if last
            else 'This run has no checkpoint yet'
        )
        words = cannot_write(path, path.parent, error)
        raise ConfigError(f'{words}. {left}') from error
