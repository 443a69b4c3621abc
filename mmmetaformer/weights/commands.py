# SPDX-License-Identifier: Apache-2.0
"""The commands of `tools/weights.py` that need torch."""

import argparse
from collections import Counter

import torch
from safetensors import safe_open

from mmmetaformer.errors import ConfigError
from mmmetaformer.text import config_text, shortened

from .anatomy import anatomy
from .audit import CLASSIFIER, OUT_NORMS
from .catalogue import find_entry
from .files import read_weights
from .layouts import LAYOUTS, find_layout, from_layout, to_layout
from .prefixes import strip_prefixes
from .publish import publish, save_weights
from .source import cache_folder, locate

__all__ = ['convert', 'download', 'inspect', 'publish_checkpoint', 'show']


def show(args: argparse.Namespace) -> None:
    """Print what is known about a published checkpoint."""
    entry = find_entry(args.name)
    cached = cache_folder() / entry.file_name
    facts = {
        'name': entry.name,
        'address': entry.url,
        'backbone': config_text(entry.backbone),
        'input size': f'{entry.input_size} px' if entry.input_size else 'not published',
        'classes': entry.num_classes,
        'layout': entry.layout,
        'license': entry.license,
        'cached': cached if cached.is_file() else f'no; downloads to {cached}',
    }
    for what, fact in facts.items():
        print(f'{what:11} {fact}')


def download(args: argparse.Namespace) -> None:
    """Download a checkpoint into the cache and print its path."""
    print(locate(args.name))


def inspect(args: argparse.Namespace) -> None:
    """Print what a file contains."""
    path = locate(args.file)
    read = read_weights(path)
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
        rest, prefix, _ = strip_prefixes(read.tensors)
    except ConfigError:  # a whole detector or segmentor
        rest, prefix, _ = strip_prefixes(read.tensors, 'backbone.')
    print(f'prefix      {prefix or "none"}')
    layout = find_layout(rest)
    print(f'layout      {layout or "not a MetaFormer"}')
    if layout is None:
        print(f'names       {", ".join(list(read.tensors)[:5])} ...')
        return
    ours, _ = from_layout(rest, layout)
    found = anatomy(ours)
    if found:
        print(f'family      {found.family}')
        for what in ('depths', 'dims', 'mixers'):
            print(f'{what:11} {", ".join(map(str, getattr(found, what)))}')


def convert(args: argparse.Namespace) -> None:
    """Write the weights of a backbone in another layout."""
    path = locate(args.source)
    rest, _, _ = strip_prefixes(read_weights(path).tensors, args.prefix)
    layout = find_layout(rest)
    if layout is None:
        raise ConfigError(
            f'{args.source} has no known layout; expected one of {", ".join(LAYOUTS)}. '
            f'`tools/weights.py inspect {args.source}` prints its keys.'
        )
    ours, unknown = from_layout(rest, layout)
    theirs, without_place = to_layout(ours, args.to)
    if unknown:
        raise ConfigError(
            f'{args.source} has {len(unknown)} unexpected keys for layout {layout}: '
            f'{shortened(unknown)}. Remove them from the file first.'
        )
    lost = [
        key for key in without_place if not key.startswith((*CLASSIFIER, OUT_NORMS))
    ]
    if lost:
        raise ConfigError(
            f'layout {args.to} has no place for {len(lost)} tensors of {args.source}: '
            f'{shortened(lost)}.\nIt is the layout of another family; choose another '
            'with --to.'
        )
    save_weights(theirs, args.target, {'format': 'pt'})
    print(f'{layout} -> {args.to}: {len(theirs)} tensors in {args.target}')
    if without_place:
        print(f'left out, not in layout {args.to}: {", ".join(without_place)}')


def publish_checkpoint(args: argparse.Namespace) -> None:
    """Write the weights, config and classes of a training checkpoint."""
    dtype = getattr(torch, args.dtype) if args.dtype else None
    digest = publish(args.source, args.target, dtype)
    print(f'{args.target}: SHA-256 of the weights is {digest}')
