# SPDX-License-Identifier: Apache-2.0
import os
import shlex
import sys

import pytest

from mmmetaformer.launch.command import (
    COMMAND,
    resume_command,
    resuming,
    typed_command,
)


@pytest.mark.parametrize(
    ('words', 'expected'),
    [
        ('train.py c.py', 'train.py c.py --resume'),
        ('train.py c.py --resume', 'train.py c.py --resume'),
        ('train.py c.py --resume a/b.pth --ema', 'train.py c.py --ema --resume'),
        ('train.py --resume=b.pth c.py', 'train.py c.py --resume'),
        ('train.py --res b.pth c.py', 'train.py c.py --resume'),
        ('train.py --resume --ema c.py', 'train.py --ema c.py --resume'),
        ('train.py --overwrite c.py', 'train.py c.py --resume'),
        ('train.py --resume --overwrite c.py', 'train.py c.py --resume'),
        (
            'train.py c.py --cfg-options a.b=1 c=[1,2]',
            'train.py c.py --cfg-options a.b=1 c=[1,2] --resume',
        ),
    ],
)
def test_a_command_that_resumes(words, expected):
    assert resuming(words.split()) == expected.split()


def test_words_of_a_launcher_script(monkeypatch):
    typed = ['NNODES=2', 'tools/dist_train.sh', 'a b.py', '2', '--data-root', "x'y"]
    monkeypatch.setenv(COMMAND, shlex.join(typed))
    assert resume_command() == (
        """NNODES=2 tools/dist_train.sh 'a b.py' 2 --data-root 'x'"'"'y' --resume"""
    )


def test_own_words(monkeypatch):
    monkeypatch.delenv(COMMAND, raising=False)
    monkeypatch.delenv('RANK', raising=False)
    assert typed_command() == sys.orig_argv


def test_words_of_torchrun(monkeypatch):
    """Those of the parent, if it names this script and has set a rank."""
    monkeypatch.delenv(COMMAND, raising=False)
    monkeypatch.setenv('RANK', '0')
    with open(f'/proc/{os.getppid()}/cmdline') as file:
        parents = file.read().rstrip('\0').split('\0')
    monkeypatch.setattr(sys, 'argv', [parents[-1]])
    assert typed_command() == parents
    monkeypatch.setattr(sys, 'argv', ['another.py'])
    assert typed_command() == sys.orig_argv
