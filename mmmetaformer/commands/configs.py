# SPDX-License-Identifier: Apache-2.0
"""List the configs that come with the package, by name."""

import argparse
from pathlib import Path

from mmmetaformer.errors import ConfigError
from mmmetaformer.shipped import configs_in, shipped_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    parser.epilog = (
        'A name stands for its file where a command takes a config: mmmetaformer '
        'train upernet_convformer. In a config of your own: '
        "_base_ = 'mmmetaformer::upernet_convformer'"
    )
    parser.add_argument('part', nargs='?', default='', help='such as caformer_s36')
    parser.add_argument('--path', action='store_true', help='print the files instead')


def run(args: argparse.Namespace) -> None:
    """Print the names, one a line.

    Raises:
        ConfigError: No name has that part.
    """
    folder = shipped_folder()
    configs = configs_in(folder) if folder else {}
    part = Path(args.part).name.removesuffix('.py')
    found = {name: file for name, file in configs.items() if part in name}
    if not found:
        raise ConfigError(
            f'no config has {args.part!r} in its name. `mmmetaformer configs` lists all'
        )
    for name in sorted(found):
        print(found[name] if args.path else name)
