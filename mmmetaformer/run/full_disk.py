# SPDX-License-Identifier: Apache-2.0
"""A disk that a run can no longer write to, in one line."""

import errno
import logging
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.text import size_text

__all__ = ['full_disk_errors']

REASONS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@contextmanager
def full_disk_errors(cfg: Config) -> Iterator[None]:
    """Turn exceptions of a full or read-only disk into a `ConfigError`.

    Also those of log files, which Python prints with a traceback otherwise; the run
    would then go on without a log.

    Args:
        cfg: The run's config.

    Raises:
        ConfigError: The disk is full or cannot be written.
    """
    handle_error = logging.Handler.handleError

    def raise_full_disk(handler: logging.Handler, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, OSError) and error.errno in REASONS:
            raise error
        handle_error(handler, record)

    logging.Handler.handleError = raise_full_disk  # type: ignore[assignment, method-assign]
    try:
        yield
    except OSError as error:
        if error.errno not in REASONS:
            raise
        what = f' {error.filename}' if error.filename else ''
        free = size_text(shutil.disk_usage(cfg.work_dir).free)
        raise ConfigError(
            f'the run cannot write{what}: {error.strerror} ({free} free in '
            f'{cfg.work_dir}). Free space, then resume with --resume'
        ) from error
    finally:
        logging.Handler.handleError = handle_error  # type: ignore[method-assign]
