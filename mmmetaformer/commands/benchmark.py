# SPDX-License-Identifier: Apache-2.0
"""Measure time and memory of backbones, activations and whole configs side by side.

A name is a backbone of this project (convformer_s18), one of timm's
(timm/convformer_s18), a common reference (swin_t, convnext_t, resnet_50), an activation
(star_relu, timm/star_relu, gelu) or a config. Add `:plain` to a name of
this project to run it without recomputation and kernels, and `:compile` to any name to
compile it. Speed-ups are relative to the first name. Each model runs in its own
process, and they take their steps in turn.
"""

import argparse
from pathlib import Path

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.command_line import number_from
from mmmetaformer.run.find_config import config_named, find_config

DTYPES = ('float32', 'bfloat16', 'float16')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument('names', nargs='+', metavar='NAME', help='see above')
    parser.add_argument(
        '--mode', choices=('train', 'infer', 'both'), default='both', help='which step'
    )
    parser.add_argument(
        '--size',
        nargs='+',
        type=_size,
        default=[(512, 512)],
        metavar='HxW',
        help='one or more image sizes in pixels, such as 800x1344, or 512 for a square '
        '(default: 512)',
    )
    parser.add_argument(
        '--batch', type=number_from(1), default=1, help='images per step (default: 1)'
    )
    parser.add_argument('--device', choices=('cpu', 'cuda'), default='cpu')
    parser.add_argument(
        '--dtype', choices=DTYPES, default='float32', help='below float32: autocast'
    )
    parser.add_argument(
        '--rounds', type=number_from(1), default=10, help='measured steps (default: 10)'
    )
    parser.add_argument(
        '--warm-up',
        type=number_from(1),
        default=2,
        help='steps before that (default: 2)',
    )
    parser.add_argument(
        '--parts', action='store_true', help='time of each part of a step, for configs'
    )
    parser.add_argument(
        '--csv', type=Path, metavar='FILE', help='write all figures to FILE'
    )
    parser.add_argument(
        '--plot', type=Path, metavar='FILE', help='plot them, as .png or .svg'
    )


def _check(args: argparse.Namespace) -> None:
    for name in args.names if args.parts else ():
        if config_named(name.removesuffix(':plain')) is None:
            raise ConfigError(
                f'--parts needs configs that are not compiled, got {name!r}'
            )
    if args.plot and args.plot.suffix not in ('.png', '.svg'):
        raise ConfigError(f'--plot is a .png or a .svg, not {str(args.plot)!r}')
    for path in filter(None, (args.csv, args.plot)):
        if path.is_dir() or not path.absolute().parent.is_dir():
            raise ConfigError(
                f'{path} cannot be written: it is a folder, or its folder is missing'
            )


def _size(text: str) -> tuple[int, int]:
    sides = text.split('x')
    try:
        height, width = int(sides[0]), int(sides[-1])
    except ValueError:
        height = width = 0
    if len(sides) > 2 or min(height, width) < 32:
        raise argparse.ArgumentTypeError(
            f'a size is HxW or one number, from 32 pixels up, not {text!r}'
        )
    return height, width


def run(args: argparse.Namespace) -> None:
    """Measure, print, and write what is asked for.

    Raises:
        ConfigError: The options do not fit together, or a name is none.
    """
    _check(args)
    for name in args.names:
        path = name.partition(':')[0]
        if path.endswith('.py'):
            find_config(path)
    # Only now: help and misspelt names do not wait for torch.
    from mmmetaformer.run.benchmark import benchmark

    benchmark(args)
