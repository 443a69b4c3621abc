# SPDX-License-Identifier: Apache-2.0
"""The report of a training run, written on request."""

import argparse
from pathlib import Path

from mmmetaformer.checks.writable import check_file_writable
from mmmetaformer.report import PAGE, write_report

from .work_dir_lock import is_held

__all__ = ['report']


def report(args: argparse.Namespace) -> None:
    """Write the report and print where it is.

    Args:
        args: The arguments of `tools/report.py`.

    Raises:
        ConfigError: The page cannot be written.
    """
    folder = Path(args.work_dir)
    check_file_writable(args.out or folder / PAGE, '--out')
    state = 'running' if is_held(folder) else None
    path = write_report(folder, state, Path(args.out) if args.out else None)
    size = path.stat().st_size / 1e6
    print(f'Report: {path} ({size:.1f} MB)')
