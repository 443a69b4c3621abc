# SPDX-License-Identifier: Apache-2.0
"""The commands: `mmmetaformer NAME ...`, or the script of the same name in `tools/`.

A command is a module with `add_arguments(parser)` and `run(args)`; its docstring is the
help. It imports nothing heavy before `run`, so help and mistakes in the command line do
not wait for torch.
"""

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.command_line import exit_on_user_error, hide_host_warnings

__all__ = ['COMMANDS', 'main', 'run_command', 'whole_parser']

#: What most commands import, and only an extra installs.
HOSTS = ('mmengine', 'mmcv')
#: In the order of the help.
COMMANDS = (
    'train',
    'test',
    'predict',
    'report',
    'export',
    'prepare-data',
    'check-data',
    'browse-data',
    'weights',
    'benchmark',
    'complexity',
    'visualize-features',
    'doctor',
    'ops',
    'configs',
    'completion',
)


def main() -> None:
    """Run the command that the command line names: the console script."""
    args = whole_parser().parse_args()
    _run(args.run, args)


def whole_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; the chosen one's `run` is in the result."""
    parser = argparse.ArgumentParser(
        prog='mmmetaformer',
        description='Train, test and use detectors and segmentors with MetaFormer '
        'backbones.',
    )
    commands = parser.add_subparsers(required=True, metavar='COMMAND')
    for name in COMMANDS:
        module = _module(name)
        summary = (module.__doc__ or '').partition('\n')[0]
        child = commands.add_parser(name, help=summary, description=module.__doc__)
        module.add_arguments(child)
        child.set_defaults(run=module.run)
    return parser


def run_command(name: str, words: Sequence[str] | None = None) -> None:
    """Run a command as a script of its own: a tool.

    Args:
        name: One of `COMMANDS`.
        words: Its command line; default: that of this process.
    """
    module = _module(name)
    parser = argparse.ArgumentParser(description=module.__doc__)
    module.add_arguments(parser)
    args = parser.parse_args(sys.argv[1:] if words is None else words)
    _run(module.run, args)


def _run(run: Callable[[Any], None], args: argparse.Namespace) -> None:
    # Some commands print the whole log, with all warnings.
    hide_host_warnings(getattr(args, 'verbose', False))
    exit_on_user_error(lambda: _run_with_hosts(run, args))


def _run_with_hosts(run: Callable[[Any], None], args: argparse.Namespace) -> None:
    """Run a command.

    Raises:
        ConfigError: mmengine or mmcv is not installed: this package requires neither,
            because pip would install it over another distribution of the same files.
    """
    try:
        run(args)
    except ModuleNotFoundError as error:
        if error.name not in HOSTS:
            raise
        raise ConfigError(
            f"{error.name} is not installed: pip install 'mmmetaformer[lite]', or "
            "'mmmetaformer[onedl]' for OneDL's forks"
        ) from error


def _module(name: str) -> ModuleType:
    return importlib.import_module(f'{__name__}.{name.replace("-", "_")}')
