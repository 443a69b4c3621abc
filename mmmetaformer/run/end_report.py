# SPDX-License-Identifier: Apache-2.0
"""The report that a training run writes when it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmengine.config import Config

from mmmetaformer.engine.agreement import in_first_process
from mmmetaformer.engine.facts import use_facts
from mmmetaformer.engine.val_record import use_validation_record
from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.say import say
from mmmetaformer.tracebacks import save_traceback, words_of

__all__ = ['report_at_end', 'use_report']


def use_report(cfg: Config) -> None:
    """Let a run write down what its report shows.

    Args:
        cfg: The run's config, changed in place.
    """
    use_facts(cfg)
    use_validation_record(cfg)


@contextmanager
def report_at_end(cfg: Config, wanted: bool) -> Iterator[None]:
    """Write the report when training in the block is complete.

    A run that a signal stops has no time for it: what sent the signal may soon kill it.
    The other processes wait: what started them may end all when the first one exits.

    Args:
        cfg: The run's config.
        wanted: Whether to write it.
    """
    yield
    if wanted:
        in_first_process(lambda: _write(cfg))


def _write(cfg: Config) -> None:
    from mmmetaformer.report import write_report

    try:
        path = write_report(Path(cfg.work_dir), 'finished')
    except ConfigError as error:
        warn(f'no report was written: {error}')
    # The run is good without it: its status must not depend on the report.
    except Exception as error:
        file = save_traceback(error, cfg.work_dir)
        warn(f'the report was not written: {words_of(error)}. Details: {file}')
    else:
        say(f'Report: {path}')
