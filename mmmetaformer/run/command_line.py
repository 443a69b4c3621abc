# SPDX-License-Identifier: Apache-2.0
"""What the command lines of the tools share.

Nothing heavy is imported here: `--help` and a misspelt option must not wait for torch.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable

from mmmetaformer.compat.host_warnings import hide
from mmmetaformer.compat.process_end import end_process
from mmmetaformer.errors import ConfigError
from mmmetaformer.launch.report import PARENT, own_file, report
from mmmetaformer.launchers import is_first_process
from mmmetaformer.orphans import die_with_parent

__all__ = [
    'accumulation',
    'add_config_options',
    'add_own_data_arguments',
    'add_run_arguments',
    'exit_on_user_error',
    'hide_host_warnings',
    'label',
    'length',
    'number_from',
    'option',
]

USER_ERROR = 2  # exit status, that of argparse
LEAST_SIDE = 32  # pixels: what a backbone takes
MAX_LABEL = 255  # mmseg reads 8 bits


def option(word: str) -> str:
    """Check a word after `--cfg-options`; mmengine reads its value later.

    Raises:
        argparse.ArgumentTypeError: The word is not KEY=VALUE.
    """
    key, equals, _ = word.partition('=')
    if not key or not equals:
        raise argparse.ArgumentTypeError(f'takes KEY=VALUE, got {word!r}')
    return word


def accumulation(word: str) -> int | str:
    """Read the word after `--accumulate`: a number from 1 up, or 'auto'.

    Raises:
        argparse.ArgumentTypeError: The word is neither.
    """
    if word == 'auto':
        return word
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(
            f"takes a number from 1 up or 'auto', got {word!r}"
        )
    return int(word)


def number_from(least: int) -> Callable[[str], int]:
    """Return what reads a whole number that is not below `least`."""

    def read(word: str) -> int:
        if not word.isdecimal() or int(word) < least:
            raise argparse.ArgumentTypeError(
                f'takes a number from {least} up, got {word!r}'
            )
        return int(word)

    return read


def length(word: str) -> str:
    """Check the word after `--length`: steps such as 8000, or epochs such as 20e.

    Raises:
        argparse.ArgumentTypeError: The word is neither.
    """
    number = word.removesuffix('e')
    if not number.isdecimal() or int(number) < 1:
        raise argparse.ArgumentTypeError(
            f'takes a number of steps such as 8000, or of epochs such as 20e, got '
            f'{word!r}'
        )
    return word


def label(word: str) -> int:
    """Read a label of a label map, from 0 to 255.

    Raises:
        argparse.ArgumentTypeError: The word is no such number.
    """
    if not word.isdecimal() or int(word) > MAX_LABEL:
        raise argparse.ArgumentTypeError(f'takes labels from 0 to 255, got {word!r}')
    return int(word)


def add_config_options(parser: argparse.ArgumentParser, example: str) -> None:
    """Add `--cfg-options`.

    Args:
        parser: The tool's.
        example: An override that users of this tool need.
    """
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action='extend',
        type=option,
        default=[],
        metavar='KEY=VALUE',
        help=f'override the config, such as {example}',
    )


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that training and testing share."""
    parser.add_argument(
        '--work-dir',
        help='folder for logs and checkpoints (default: work_dirs/NAME_OF_CONFIG)',
    )
    parser.add_argument(
        '--sample-data',
        nargs='?',
        const='data/sample',
        metavar='FOLDER',
        help='run at small size on synthetic data, written to FOLDER (default: '
        'data/sample)',
    )
    parser.add_argument(
        '--verbose',
        action='store_true',
        help='print the whole log, and all warnings of mmdet, mmseg and mmengine',
    )
    add_own_data_arguments(parser)
    add_config_options(parser, 'train_dataloader.batch_size=4')
    parser.add_argument(
        '--launcher',
        choices=('none', 'pytorch', 'slurm', 'mpi'),
        default='none',
        help='what started the processes of a distributed run',
    )
    parser.add_argument(
        '--hang-limit',
        type=number_from(0),
        metavar='SECONDS',
        help='end a distributed run that makes no step for so long, with the stack of '
        'each process (default: 1800; 0: never)',
    )
    parser.add_argument(
        '--coco-eval',
        choices=('fast', 'pycocotools'),
        default='fast',
        help='what computes COCO metrics: faster-coco-eval where it is installed '
        '(default), or always pycocotools; the numbers are equal',
    )


def add_own_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say where your own data is and what its classes are."""
    parser.add_argument(
        '--classes',
        nargs='+',
        metavar='NAME',
        help='the classes of your own data, or a file with one name per line',
    )
    parser.add_argument(
        '--data-root',
        metavar='FOLDER',
        help="your own data, in the layout of the config's data set",
    )
    parser.add_argument(
        '--labels-from',
        type=int,
        choices=(0, 1),
        help='how your own label maps count the classes: from 0, or from 1 with 0 '
        'ignored',
    )
    parser.add_argument(
        '--ignore-label',
        nargs='+',
        action='extend',
        type=label,
        metavar='N',
        help='labels in your own label maps that are no class, such as 11 in CamVid; '
        '255 is ignored anyway',
    )
    parser.add_argument(
        '--subset',
        action='store_true',
        help='--classes are only some of those in the data; the others are ignored',
    )
    parser.add_argument(
        '--image-size',
        type=number_from(LEAST_SIDE),
        metavar='N',
        help='resize images to a short side of N pixels, and change all other sizes '
        'of the config, such as crops, in proportion',
    )


def hide_host_warnings(verbose: bool) -> None:
    """Hide the warnings of other projects that nobody can act on.

    Args:
        verbose: Show all of them instead.
    """
    if not verbose:
        hide(is_first_process())


def exit_on_user_error(main: Callable[[], None]) -> None:
    """Run a tool; print a `ConfigError` without a traceback and exit with status 2.

    One of several processes leaves its errors to the launcher, which prints the cause
    of all of them once, and ends together with the launcher.
    """
    if 'RANK' in os.environ:
        launcher = os.environ.get(PARENT)
        die_with_parent(int(launcher) if launcher else None)
    status = _status_of(main)
    end_process(status)
    if status:
        sys.exit(status)


def _status_of(main: Callable[[], None]) -> int:
    """Run a tool; print or report its errors; return the exit status.

    Raises:
        Exception: What no launcher prints.
    """
    try:
        main()
    except ConfigError as error:
        if not report(error, USER_ERROR):
            print(f'error: {error}', file=sys.stderr)
        return USER_ERROR
    except KeyboardInterrupt:
        if own_file() is None:
            print('stopped by SIGINT', file=sys.stderr)
        return 128 + signal.SIGINT
    except SystemExit as stop:
        if isinstance(stop.code, str):
            raise  # text that Python prints
        return stop.code or 0
    except Exception as error:
        if not report(error, 1):
            raise
        return 1
    return 0
