# SPDX-License-Identifier: Apache-2.0
"""List, download, inspect, convert and publish weights."""

import argparse

from mmmetaformer.errors import ConfigError
from mmmetaformer.weights.catalogue import CATALOGUE, find_entry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    commands = parser.add_subparsers(dest='command', required=True)

    command = commands.add_parser('list', help='list the published checkpoints')
    command.add_argument('part', nargs='?', default='', help='such as caformer_s18')
    command = commands.add_parser('show', help='show one published checkpoint')
    command.add_argument('name', help='such as sail:caformer_s18')
    command = commands.add_parser('download', help='download a checkpoint')
    command.add_argument('name', help='a name such as sail:caformer_s18, or an address')

    command = commands.add_parser('inspect', help='show what a file contains')
    command.add_argument('file', help='a file, a folder, a name or an address')
    command = commands.add_parser(
        'convert', help="write a backbone's weights in another layout"
    )
    command.add_argument('source', metavar='SRC', help='as for inspect')
    command.add_argument('target', metavar='DST', help='.safetensors or .pth')
    command.add_argument('--to', required=True, metavar='LAYOUT', help='such as timm')
    command.add_argument(
        '--prefix', default='', help='of the keys to convert, such as backbone.'
    )

    command = commands.add_parser(
        'publish', help='write the weights of a training checkpoint, config and classes'
    )
    command.add_argument(
        'source', metavar='CKPT', help='a checkpoint of a training run'
    )
    command.add_argument('target', metavar='OUT', help='.safetensors or .pth')
    command.add_argument(
        '--dtype', choices=('float32', 'float16', 'bfloat16'), help='cast the weights'
    )


def list_published(part: str) -> None:
    """Print the published checkpoints, one a line."""
    entries = [entry for name, entry in CATALOGUE.items() if part.lower() in name]
    if not entries:
        raise ConfigError(
            f'no published checkpoint has {part!r} in its name. '
            '`tools/weights.py list` prints all names.'
        )
    for entry in entries:
        print(
            f'{entry.name:48} {entry.family:15} {entry.arch:4} '
            f'{entry.input_size or "-":>3} px {entry.num_classes:6} classes  '
            f'{entry.license}'
        )


def run(args: argparse.Namespace) -> None:
    """Run the command."""
    if args.command == 'list':
        list_published(args.part)
        return
    if args.command == 'show':
        find_entry(args.name)  # refuses a misspelled name before torch is imported
    from mmmetaformer import compat
    from mmmetaformer.weights import commands

    compat.install()
    {
        'show': commands.show,
        'download': commands.download,
        'inspect': commands.inspect,
        'convert': commands.convert,
        'publish': commands.publish_checkpoint,
    }[args.command](args)
