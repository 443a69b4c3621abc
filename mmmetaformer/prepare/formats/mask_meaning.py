# SPDX-License-Identifier: Apache-2.0
"""What the pixels of masks mean, from the options that say so."""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from mmmetaformer.errors import ConfigError
from mmmetaformer.text import did_you_mean, shortened

from ..map_layout import IGNORED_LABEL
from .colors import by_color, by_value, color_table, value_table
from .look_at_masks import what_is_in
from .masks import Meaning
from .palette import read_palette

__all__ = ['mask_meaning']


def mask_meaning(args: argparse.Namespace, classes: Sequence[str] | None) -> Meaning:
    """Return what `--palette`, `--classes` and the options about labels say.

    Args:
        args: The arguments of `tools/prepare_data.py masks`.
        classes: The names of `--classes`.

    Raises:
        ConfigError: They contradict each other, or say too little.
    """
    return _by_palette(args, classes) if args.palette else _by_value(args, classes)


def _by_palette(args: argparse.Namespace, classes: Sequence[str] | None) -> Meaning:
    if args.labels_from is not None or args.ignore_label or args.values:
        raise ConfigError(
            '--palette is for colours; --labels-from, --ignore-label and --values are '
            'for numbers in the pixels: leave one or the other out'
        )
    entries = read_palette(Path(args.palette))
    known = list(dict.fromkeys(name for _, name in entries))
    ignored = list(args.ignore_class or ())
    for name in (*ignored, *(classes or ())):
        if name not in known:
            raise ConfigError(
                f'{args.palette} has no class {name!r}.{did_you_mean(name, known)} It '
                f'has {shortened(known, 20)}'
            )
    names = list(classes or (name for name in known if name not in ignored))
    left = [name for name in known if name not in names and name not in ignored]
    if left and not args.subset:
        raise ConfigError(
            f'--classes does not name {shortened(left)} of {args.palette}: add them, '
            'or --ignore-class NAME for each that is no class, or --subset'
        )
    labels = {
        color: names.index(name) if name in names else IGNORED_LABEL
        for color, name in entries
    }
    return Meaning(names, partial(by_color, table=color_table(labels)), False)


def _by_value(args: argparse.Namespace, classes: Sequence[str] | None) -> Meaning:
    if classes is None:
        raise ConfigError(f'what do the pixels mean? {what_is_in(Path(args.masks))}')
    if args.ignore_class:
        raise ConfigError(
            '--ignore-class is for --palette; for numbers: --ignore-label'
        )
    if args.values and args.labels_from is not None:
        raise ConfigError('--values says all: leave --labels-from out')
    if args.values and len(args.values) != len(classes):
        raise ConfigError(
            f'--values has {len(args.values)} numbers, --classes {len(classes)} names: '
            'one for each'
        )
    first = args.labels_from or 0
    values = args.values or range(first, first + len(classes))
    labels = {value: index for index, value in enumerate(values)}
    ignored = set(args.ignore_label or ())
    if first == 1:
        ignored.add(0)
    both = sorted(ignored & set(labels))
    if both:
        name = classes[labels[both[0]]]
        raise ConfigError(f'--ignore-label {both[0]} is the label of {name!r}')
    unchanged = list(labels) == list(labels.values()) and ignored <= {IGNORED_LABEL}
    labels |= dict.fromkeys(ignored, IGNORED_LABEL)
    return Meaning(classes, partial(by_value, table=value_table(labels)), unchanged)
