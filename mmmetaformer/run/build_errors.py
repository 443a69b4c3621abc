# SPDX-License-Identifier: Apache-2.0
"""What the host raises while a run is built, in one line with its place in the config.

mmengine builds model, hooks and visualizer with the runner, and the rest (data sets,
optimizer, schedulers, evaluators) when training or testing starts.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmmetaformer.errors import ConfigError
from mmmetaformer.tracebacks import WRAPPED, save_traceback, words_of

from .config_place import place_of

__all__ = ['BuildEndHook', 'build_errors']


class BuildEndHook(Hook):
    """Notes that everything is built: what is raised afterwards is no user error."""

    # Hooks that set themselves up before training are part of the run's construction.
    priority = 'LOWEST'

    def __init__(self) -> None:
        self.reached = False

    def before_train(self, runner: Runner) -> None:
        """Called by mmengine before the first step of training."""
        self.reached = True

    def before_test(self, runner: Runner) -> None:
        """Called by mmengine before the first batch of a test."""
        self.reached = True


@contextmanager
def build_errors(cfg: Config) -> Iterator[BuildEndHook]:
    """Turn exceptions into a `ConfigError` until the hook that is yielded was called.

    The hook is to be registered with the runner.

    Args:
        cfg: The config that the runner is built from.

    Raises:
        ConfigError: Building failed. The message has the place in the config, the words
            of the host, and the file with the traceback. A `ConfigError` raised inside
            is raised as it is.
    """
    end = BuildEndHook()
    try:
        yield end
    except Exception as error:
        if end.reached:
            raise
        own = _own_error(error)
        if own is error:
            raise
        if own is not None:
            raise own from None
        place, unknown = place_of(error, cfg)
        what = unknown or f'{words_of(error)}.'
        file = save_traceback(error, cfg.work_dir)
        raise ConfigError(f'{place}: {what} Details: {file}') from error


def _own_error(error: BaseException | None) -> ConfigError | None:
    """Return the `ConfigError` that an exception is, or that the host wrapped."""
    own = None
    while error is not None:
        if isinstance(error, ConfigError):
            own = error
            if not WRAPPED.match(str(error)):
                break
        error = error.__cause__ or error.__context__
    return own
