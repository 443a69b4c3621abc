# SPDX-License-Identifier: Apache-2.0
"""tools/train.py in this process, up to its first training step."""

import contextlib
import io
import re
import sys
import traceback
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.utils import ManagerMixin

from mmmetaformer.commands import run_command

ROOT = Path(__file__).parents[3]


class FirstStep(BaseException):
    """Training got as far as its first step; nothing in between may catch it."""


@dataclass
class Outcome:
    """How a start ended.

    Args:
        how: 'refused' with status 2, 'started', 'crashed' with a traceback, or 'left'
            with another status, or without a step.
        error: The lines of the refusal, or the traceback.
        warnings: The lines of stderr that start with `warning:`, with their
            continuations.
        printed: All of stdout and stderr.
        batch: The first batch, as the loader returns it.
        lr: The rate of the first step.
    """

    how: str
    error: str = ''
    warnings: list = field(default_factory=list)
    printed: str = ''
    batch: object = None
    lr: float = -1.0


def start(words, to_the_end=False):
    """Run tools/train.py with these words until its first training step.

    All that a real run does before happens: reading the command line, the checks,
    building, loading the first batch.

    Args:
        words: The command line.
        to_the_end: Go on with the training.
    """
    seen = {}

    def train_step(model, data, optim_wrapper):
        seen.update(batch=data, lr=max(optim_wrapper.get_lr()['lr']))
        raise FirstStep

    out, err = io.StringIO(), io.StringIO()
    torch.manual_seed(0)
    with contextlib.ExitStack() as stack:
        enter = stack.enter_context
        enter(contextlib.redirect_stdout(out))
        enter(contextlib.redirect_stderr(err))
        enter(warnings.catch_warnings())
        warnings.simplefilter('ignore')
        for kind in _kinds(ManagerMixin):  # mmengine keeps what it made by its name
            enter(mock.patch.dict(kind._instance_dict, clear=True))
        enter(mock.patch.object(sys, 'argv', ['tools/train.py', *words]))
        enter(mock.patch('mmengine.runner.runner.collect_env', return_value={}))
        if not to_the_end:
            enter(mock.patch.object(BaseModel, 'train_step', train_step))
            enter(mock.patch.object(Config, 'pretty_text', ''))  # half of the time
        how, error = _run(words)
    text = err.getvalue()
    if how == 'refused':
        error = text[text.find('error:') :]
    return Outcome(
        how,
        error,
        re.findall(r'^warning: .*(?:\n[ \t].*)*', text, re.MULTILINE),
        out.getvalue() + text,
        **seen,
    )


def _kinds(base):
    yield base
    for kind in base.__subclasses__():
        yield from _kinds(kind)


def _run(words):
    try:
        run_command('train', [*words, '--verbose'])
    except FirstStep:
        return 'started', ''
    except SystemExit as stop:
        return ('refused', '') if stop.code == 2 else ('left', f'status {stop.code}')
    except BaseException:
        return 'crashed', traceback.format_exc()
    return 'left', 'no step was made'
