# SPDX-License-Identifier: Apache-2.0
"""Write a page about a training run, finished or not: curves, errors, predictions."""

import argparse

from mmmetaformer.run.work_dir_argument import check_work_dir_exists


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    parser.add_argument('work_dir', help='such as work_dirs/upernet_convformer')
    parser.add_argument(
        '--out',
        metavar='FILE',
        help='the page (default: report.html in the work dir)',
    )


def run(args: argparse.Namespace) -> None:
    """Write the page and print where it is."""
    check_work_dir_exists(args.work_dir)
    # Only now: help and misspelt names do not wait for torch.
    from mmmetaformer.run.report import report

    report(args)
