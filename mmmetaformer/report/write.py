# SPDX-License-Identifier: Apache-2.0
"""From a work dir to its page."""

from pathlib import Path

from mmmetaformer.compat.atomic_save import write_file
from mmmetaformer.engine.val_record import read_record

from .classes import results_of
from .curves_section import charts_of, metrics_of
from .log import read_history, read_starts
from .page import render
from .pictures import pictures_of
from .settings import settings_of
from .summary import summary_of

__all__ = ['PAGE', 'write_report']

PAGE = 'report.html'


def write_report(
    work_dir: Path, state: str | None = None, out: Path | None = None
) -> Path:
    """Write the page of a training run.

    Args:
        work_dir: The work dir.
        state: 'running', 'stopped' or 'finished'; None: what the files say.
        out: The page; default: `report.html` in the work dir.

    Returns:
        The page.

    Raises:
        OSError: It cannot be written.
    """
    starts = read_starts(work_dir)
    history = read_history(starts)
    records = [read_record(start.folder) for start in reversed(starts)]
    # One of a step that a later start has repeated is of another run's weights.
    record = next(
        (one for one in records if one and one.facts['step'] <= history.last_step), None
    )
    text = render(
        summary=summary_of(work_dir, starts, history, state),
        charts=charts_of(history),
        metrics=metrics_of(history),
        results=results_of(record, history),
        pictures=pictures_of(record),
        settings=settings_of(starts),
    )
    page = out or work_dir / PAGE
    write_file(page, text.encode())
    return page
