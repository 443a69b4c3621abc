# SPDX-License-Identifier: Apache-2.0
"""Which lines of the log the console shows."""

import logging

from mmengine.runner import Runner

from mmmetaformer.compat.host_warnings import is_hidden
from mmmetaformer.launchers import is_first_process
from mmmetaformer.say import brief_of

from .screen import SCREEN

__all__ = ['ConsoleHandler', 'QuietRunner', 'quieten']


class ConsoleHandler(logging.Handler):
    """Shows what `say` marks, and warnings and errors that a person can act on."""

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging with each line of the log."""
        brief = brief_of(record)
        if brief is not None:
            SCREEN.line(brief)
        elif record.levelno >= logging.WARNING and not is_hidden(record):
            SCREEN.warning(f'{record.levelname.lower()}: {record.getMessage()}')


def quieten(logger: logging.Logger) -> None:
    """Replace what a logger of mmengine prints on stdout; its file stays as it is.

    Args:
        logger: A logger, changed in place.
    """
    for index, handler in enumerate(logger.handlers):
        if type(handler) is logging.StreamHandler:
            own = ConsoleHandler(handler.level)
            # Before the processes are connected, mmengine takes each for the first.
            if not is_first_process():
                own.setLevel(logging.ERROR)
            own.filters = handler.filters  # each warning once
            logger.handlers[index] = own


class QuietRunner(Runner):
    """mmengine's runner, whose logger prints little from its first line on."""

    def build_logger(
        self,
        log_level: int | str = 'INFO',
        log_file: str | None = None,
        **kwargs: object,
    ) -> logging.Logger:
        """Called by mmengine while it builds the runner."""
        logger = super().build_logger(log_level, log_file, **kwargs)
        quieten(logger)
        return logger
