# SPDX-License-Identifier: Apache-2.0
"""A disk that a run can no longer write to, in one line."""

import errno
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmengine.config import Config

from mmmetaformer.disk import cannot_write
from mmmetaformer.errors import ConfigError

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
        if isinstance(error.filename, str):
            what = error.filename
            words = cannot_write(what, Path(what).absolute().parent, error)
        else:  # of a file that was open already, such as the log
            words = cannot_write('a file of the run', Path(cfg.work_dir), error)
        raise ConfigError(f'{words}. Free space, then resume with --resume') from error
    finally:
        logging.Handler.handleError = handle_error  # type: ignore[method-assign]
