#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""List, download, look into, convert and publish weights."""

import argparse
from collections import Counter

import torch
from safetensors import safe_open

from mmmetaformer import compat, engine, weights
from mmmetaformer.errors import ConfigError

DTYPES = {'float32': torch.float32, 'float16': torch.float16}
DTYPES['bfloat16'] = torch.bfloat16


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest='command', required=True)

    command = commands.add_parser('list', help='the published checkpoints')
    command.add_argument('part', nargs='?', default='', help='such as caformer_s18')
    command = commands.add_parser('show', help='what is known of one')
    command.add_argument('name', help='such as sail:caformer_s18')
    command = commands.add_parser('download', help='one of them, or an address')
    command.add_argument('name', help='such as sail:caformer_s18')

    command = commands.add_parser('inspect', help='what is in a file')
    command.add_argument('file', help='a file or folder, or anything for download')
    command = commands.add_parser('convert', help="a backbone's weights to other names")
    command.add_argument('source', metavar='SRC')
    command.add_argument('target', metavar='DST', help='.safetensors or .pth')
    command.add_argument('--to', required=True, metavar='LAYOUT', help='see inspect')
    command.add_argument(
        '--prefix', default='', help='of the backbone in SRC, such as backbone.'
    )

    command = commands.add_parser(
        'publish', help='the weights of a training checkpoint, with config and classes'
    )
    command.add_argument('source', metavar='CKPT')
    command.add_argument('target', metavar='OUT', help='.safetensors or .pth')
    command.add_argument('--dtype', choices=DTYPES, help='cast the weights')
    return parser.parse_args()


def main() -> None:
    """Run the command."""
    args = parse_args()
    compat.install()
    {
        'list': list_published,
        'show': show,
        'download': download,
        'inspect': inspect,
        'convert': convert,
        'publish': publish,
    }[args.command](args)


def list_published(args: argparse.Namespace) -> None:
    """Print the catalogue, one line a checkpoint."""
    entries = [e for name, e in weights.CATALOGUE.items() if args.part.lower() in name]
    if not entries:
        raise ConfigError(f'no published checkpoint has {args.part!r} in its name')
    for entry in entries:
        print(
            f'{entry.name:48} {entry.family:15} {entry.arch:4} {entry.input_size} px '
            f'{entry.num_classes:6} classes'
        )


def show(args: argparse.Namespace) -> None:
    """Print all that is known of a published checkpoint."""
    entry = weights.find_entry(args.name)
    cached = weights.cache_folder() / entry.file_name
    facts = {
        'name': entry.name,
        'address': entry.url,
        'backbone': f"dict(type='mmmetaformer.{entry.family}', arch='{entry.arch}')",
        'input size': f'{entry.input_size} px',
        'classes': entry.num_classes,
        'layout': entry.layout,
        'licence': entry.licence,
        'size': entry.size or 'unknown',
        'sha256': entry.sha256 or 'unknown',
        'cached': cached if cached.is_file() else f'no, would be {cached}',
    }
    for what, fact in facts.items():
        print(f'{what:11} {fact}')


def download(args: argparse.Namespace) -> None:
    """Download a checkpoint into the cache and print where it is."""
    print(weights.locate(args.name))


def inspect(args: argparse.Namespace) -> None:
    """Print what a file holds."""
    path = weights.locate(args.file)
    read = weights.read_weights(path)
    values = sum(tensor.numel() for tensor in read.tensors.values())
    types = Counter(str(t.dtype).removeprefix('torch.') for t in read.tensors.values())
    print(f'file        {path}')
    if path.suffix == '.safetensors':
        with safe_open(path, 'pt') as file:
            for key, text in (file.metadata() or {}).items():
                print(f'{key:11} {text if len(text) < 200 else f"{text[:200]} ..."}')
    print(f'tensors     {len(read.tensors)}, {values / 1e6:.2f} M values')
    print(f'types       {", ".join(f"{n} {name}" for name, n in types.items())}')
    print(f'wrapper     {read.wrapper or "none"}')
    try:
        rest, prefix, _ = weights.strip_prefixes(read.tensors)
    except ConfigError:  # a whole detector or segmentor
        rest, prefix, _ = weights.strip_prefixes(read.tensors, 'backbone.')
    print(f'prefix      {prefix or "none"}')
    layout = weights.find_layout(rest)
    print(f'layout      {layout or "of no MetaFormer"}')
    if layout is None:
        print(f'names       {", ".join(list(read.tensors)[:5])} ...')
        return
    ours, _ = weights.from_layout(rest, layout)
    found = weights.anatomy(ours)
    if found:
        print(f'family      {found.family}')
        for what in ('depths', 'dims', 'mixers'):
            print(f'{what:11} {", ".join(map(str, getattr(found, what)))}')


def convert(args: argparse.Namespace) -> None:
    """Write a backbone's weights under the names of another layout."""
    path = weights.locate(args.source)
    rest, _, _ = weights.strip_prefixes(weights.read_weights(path).tensors, args.prefix)
    layout = weights.find_layout(rest)
    if layout is None:
        raise ConfigError(f'{args.source} is not of a MetaFormer')
    ours, unknown = weights.from_layout(rest, layout)
    theirs, without_place = weights.to_layout(ours, args.to)
    if unknown:
        raise ConfigError(f'{args.source} has unknown names: {", ".join(unknown)}')
    optional = ('out_norms.', 'norm.', 'head.')
    lost = [key for key in without_place if not key.startswith(optional)]
    if lost:
        raise ConfigError(
            f'layout {args.to} has no place for {len(lost)} tensors of '
            f'{args.source}, such as {lost[0]}: it is for another family'
        )
    weights.save_weights(theirs, args.target, {'format': 'pt'})
    print(f'{layout} -> {args.to}: {len(theirs)} tensors in {args.target}')
    if without_place:
        print(f'left out, {args.to} has no such: {", ".join(without_place)}')


def publish(args: argparse.Namespace) -> None:
    """Write what is worth passing on of a training checkpoint."""
    digest = weights.publish(args.source, args.target, DTYPES.get(args.dtype))
    print(f'{args.target}, SHA-256 of the weights {digest}')


if __name__ == '__main__':
    engine.run(main)
