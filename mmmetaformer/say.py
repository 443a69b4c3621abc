# SPDX-License-Identifier: Apache-2.0
"""The lines of a run's log that a person should see while it runs."""

import logging

from mmengine.logging import MMLogger

__all__ = ['brief_of', 'say']

ATTRIBUTE = 'brief'


def say(text: str, brief: str | None = None) -> None:
    """Log a line that the console shows too; all other lines are in the log only.

    Args:
        text: For the log, and for the console under `--verbose`.
        brief: For the console, if it is shorter than `text`.
    """
    logger: logging.Logger = MMLogger.get_current_instance()
    logger.info(text, extra={ATTRIBUTE: text if brief is None else brief})


def brief_of(record: logging.LogRecord) -> str | None:
    """Return what the console shows of a line of the log, None for nothing."""
    return getattr(record, ATTRIBUTE, None)
