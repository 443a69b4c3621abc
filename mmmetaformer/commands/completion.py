# SPDX-License-Identifier: Apache-2.0
"""Print the completion of a shell: commands, options, files and names of configs.

bash: add `eval "$(mmmetaformer completion bash)"` to ~/.bashrc. zsh: write the output
to a file `_mmmetaformer` in a folder of $fpath.
"""

import argparse
from collections.abc import Iterator
from typing import Any

from mmmetaformer.errors import ConfigError
from mmmetaformer.shipped import configs_in, shipped_folder

#: What the argument `config` of a command completes to: names of configs, and files.
CONFIGS = {
    'bash': '_mmmetaformer_configs() {{ '
    'compgen -W "{names}" -- "$1"; compgen -f -- "$1"; }}',
    'zsh': '_mmmetaformer_configs() {{ compadd {names}; _files }}',
}
#: What the help calls an argument that is a file or a folder.
FILES = {'CHECKPOINT', 'FOLDER', 'checkpoint', 'FILE', 'file', 'SRC', 'DST', 'CKPT'}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    parser.add_argument('shell', choices=tuple(CONFIGS))


def run(args: argparse.Namespace) -> None:
    """Print it.

    Raises:
        ConfigError: shtab is not installed.
    """
    try:
        import shtab
    except ModuleNotFoundError as error:
        raise ConfigError(
            "completion needs shtab: pip install 'mmmetaformer[completion]'"
        ) from error
    from . import whole_parser

    parser = whole_parser()
    for action in _actions(parser):
        # `complete` is shtab's own attribute of an action.
        if action.dest == 'config':
            action.complete = dict.fromkeys(CONFIGS, '_mmmetaformer_configs')
        elif not action.choices and (action.metavar or action.dest) in FILES:
            action.complete = shtab.FILE
    folder = shipped_folder()
    names = ' '.join(sorted(configs_in(folder) if folder else ()))
    preamble = CONFIGS[args.shell].format(names=names)
    print(shtab.complete(parser, args.shell, preamble=preamble))


def _actions(parser: argparse.ArgumentParser) -> Iterator[Any]:
    """Yield all arguments of a parser and of the parsers of its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from _actions(child)
