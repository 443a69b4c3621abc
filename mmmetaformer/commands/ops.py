# SPDX-License-Identifier: Apache-2.0
"""Make the stand-in for mmcv's compiled ops part of this environment, or remove it.

`install` writes the file _ext.py into mmcv's folder. mmdet, mmseg, their tools and
their inferencers then run without a compiled mmcv, and without a call of this package.
A compiled mmcv that is installed later is used instead.
"""

import argparse

ACTIONS = ('install', 'remove', 'status')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    parser.add_argument('action', choices=ACTIONS)


def run(args: argparse.Namespace) -> None:
    """Do it, and print what changed.

    Raises:
        ConfigError: mmcv is not installed, or the file is not ours to change.
    """
    from mmmetaformer.compat.mmcv_ext_file import ext_state, remove_ext, write_ext

    if args.action == 'install':
        print(f'Wrote {write_ext()}: mmcv.ops now works in every program.')
    elif args.action == 'remove':
        deleted = remove_ext()
        for path in deleted:
            print(f'Deleted {path}.')
        if not deleted:
            print('There was no stand-in to remove.')
    else:
        state, path = ext_state()
        print(
            {
                'compiled': f'mmcv has compiled ops: {path}',
                'ours': f"mmmetaformer's stand-in is installed: {path}",
                'foreign': f'mmcv has ops that are not from mmmetaformer: {path}',
                'none': 'mmcv has no compiled ops. `mmmetaformer ops install` installs '
                'the stand-in.',
            }[state]
        )
