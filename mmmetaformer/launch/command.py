# SPDX-License-Identifier: Apache-2.0
"""The command that a user typed, and the one that resumes the run."""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ['COMMAND', 'resume_command', 'resuming', 'typed_command']

#: Where `tools/dist_train.sh` and `tools/slurm_train.sh` leave the words that the user
#: typed, quoted for a shell.
COMMAND = 'MMMETAFORMER_COMMAND'


def resume_command() -> str:
    """Return the user's command with `--resume`, quoted for a shell."""
    words = typed_command()
    # `NAME=value` before a command must not be quoted as a whole.
    settings = []
    while words and _is_setting(words[0]):
        name, _, value = words.pop(0).partition('=')
        settings.append(f'{name}={shlex.quote(value)}')
    return ' '.join([*settings, shlex.join(resuming(words))])


def typed_command() -> list[str]:
    """Return the words that the user typed, as far as the operating system tells.

    These are those of a launcher's script, or of the launcher that is the parent of
    this process (torchrun, mpirun), or this process's own.
    """
    if COMMAND in os.environ:
        return shlex.split(os.environ[COMMAND])
    try:
        line = Path(f'/proc/{os.getppid()}/cmdline').read_text(encoding='utf-8')
    except (OSError, UnicodeDecodeError):
        line = ''
    parents = line.rstrip('\0').split('\0')
    launched = any(name in os.environ for name in ('RANK', 'OMPI_COMM_WORLD_RANK'))
    if launched and sys.argv[0] in parents:
        return parents
    return list(sys.orig_argv)


def resuming(words: Sequence[str]) -> list[str]:
    """Return a command of `tools/train.py` that resumes from its last checkpoint.

    `--overwrite` and the checkpoint that the run was resumed from are left out.
    """
    kept: list[str] = []
    dropped = False
    for word in words:
        name = word.partition('=')[0]
        if _means(name, '--resume'):
            dropped = '=' not in word
        elif _means(name, '--overwrite'):
            dropped = False
        elif not (dropped and not word.startswith('-')):
            kept.append(word)
            dropped = False
        else:
            dropped = False
    return [*kept, '--resume']


def _means(name: str, option: str) -> bool:
    """Return whether argparse takes a word for an option, which may be shortened."""
    return len(name) > 2 and option.startswith(name)


def _is_setting(word: str) -> bool:
    name, equals, _ = word.partition('=')
    return bool(equals) and name.isidentifier()
