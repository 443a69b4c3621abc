# SPDX-License-Identifier: Apache-2.0
"""COCO and ADE20K, from the command line to what comes next."""

import argparse
from pathlib import Path

from ..report import next_commands
from .fetch import fetch
from .official import OFFICIAL

__all__ = ['prepare_official']


def prepare_official(args: argparse.Namespace) -> None:
    """Fetch the data set that the command names and print what was done.

    Args:
        args: The arguments of `tools/prepare_data.py`.

    Raises:
        ConfigError: Something is not available, damaged, or does not fit on the disk.
    """
    chosen = OFFICIAL[args.format]
    target = Path(args.out or chosen.target)
    source = Path(args.from_folder) if args.from_folder else None
    print(f'Terms of use: {chosen.terms}', flush=True)
    print(*fetch(chosen.archives, target, source, args.keep_archives), sep='\n')
    root = target / chosen.data_root
    # The configs read the default folder by themselves.
    usual = root == Path(chosen.target) / chosen.data_root
    options = [] if usual else ['--data-root', str(root)]
    print(*next_commands(chosen.config, root, options, own=False), sep='\n')
