# SPDX-License-Identifier: Apache-2.0
"""The facts about an annotation file, without what reading it costs where it can be."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from mmmetaformer.checks.remembered import remembered
from mmmetaformer.errors import ConfigError
from mmmetaformer.launchers import is_first_process

from .facts import CocoFacts, Question
from .find_facts import find_facts

__all__ = ['read_facts']

LARGE = 50 * 2**20  # bytes: from here on in a process of its own


def read_facts(path: Path, question: Question) -> CocoFacts:
    """Return what a file holds and what is wrong with it.

    A large file is read by another process, so that this one stays as small as it is;
    one that has not changed since the same question is not read.

    Args:
        path: The file. It exists.
        question: What to find out.

    Raises:
        ConfigError: The other process failed.
    """

    def find_out() -> CocoFacts:
        if path.stat().st_size < LARGE:
            return find_facts(path, question)
        if is_first_process():
            print(f'reading {path} before the start', file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, '-m', __name__, str(path)],
            input=msgspec.json.encode(question),
            stdout=subprocess.PIPE,
            env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
        )
        if done.returncode:
            raise ConfigError(
                f'{path} could not be checked: the process that reads it ended with '
                f'status {done.returncode}. Is there enough memory?'
            )
        return msgspec.json.decode(done.stdout, type=CocoFacts)

    fields = CocoFacts.__struct_fields__  # another version of the code may have others
    words = f'coco {fields} {msgspec.json.encode(question).decode()}'
    return remembered(words, [path], CocoFacts, find_out)


if __name__ == '__main__':
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    answer = find_facts(Path(sys.argv[1]), asked)
    sys.stdout.buffer.write(msgspec.json.encode(answer))
