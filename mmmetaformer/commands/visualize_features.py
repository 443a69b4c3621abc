# SPDX-License-Identifier: Apache-2.0
"""Draw feature maps and effective receptive fields of backbones side by side."""

import argparse

from mmmetaformer.run.command_line import number_from


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    parser.add_argument(
        'names',
        nargs='+',
        metavar='NAME[=WEIGHTS]',
        help='a backbone such as convformer_s18, or a config; WEIGHTS are random, '
        'pretrained, a name such as sail:convformer_s18, or a file',
    )
    parser.add_argument(
        '--images',
        nargs='+',
        metavar='FILE',
        help='files or folders; the maps are those of the first one (default: '
        'synthetic images)',
    )
    parser.add_argument(
        '--number',
        type=number_from(1),
        default=8,
        metavar='N',
        help='average the receptive field over at most so many images (default: 8)',
    )
    parser.add_argument(
        '--size',
        type=number_from(64),
        default=256,
        metavar='PIXELS',
        help='side of the images, a multiple of 64 (default: 256)',
    )
    parser.add_argument(
        '--map',
        choices=('pca', 'mean'),
        default='pca',
        help='three main directions as colors (default), or the mean absolute value',
    )
    parser.add_argument(
        '--seed', type=number_from(0), default=0, metavar='N', help='of random weights'
    )
    parser.add_argument(
        '--out',
        default='features.png',
        metavar='FILE',
        help='.png or .svg (default: features.png)',
    )


def run(args: argparse.Namespace) -> None:
    """Draw."""
    # Only now: help and misspelt options do not wait for torch.
    from mmmetaformer.run.visualize_features import visualize_features

    visualize_features(args)
