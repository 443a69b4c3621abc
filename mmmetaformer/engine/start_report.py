# SPDX-License-Identifier: Apache-2.0
"""What a run prints before its first step: batch plan and parameter groups."""

import logging
import math
from typing import Any

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from torch import nn
from torch.optim import Optimizer

from mmmetaformer.host import add_hook, counts_epochs
from mmmetaformer.registry import HOOKS
from mmmetaformer.say import say
from mmmetaformer.text import table as align

from .batch_plan import plan_of
from .exact import ExactLoop

__all__ = ['StartReportHook', 'describe_groups', 'group_rows', 'report_start']

MAX_PARTS = 3  # parts of the model in a row
COLUMNS = ('layer', 'lr', 'decay', 'tensors', 'parameters', 'of')


@HOOKS.register_module()
class StartReportHook(Hook):
    """Logs the batch plan and the table of parameter groups before training."""

    def before_train(self, runner: Runner) -> None:
        """Called by mmengine once everything is built."""
        plan = plan_of(runner)
        model = getattr(runner.model, 'module', runner.model)
        table = describe_groups(model, runner.optim_wrapper.optimizer)
        dtype = getattr(runner.optim_wrapper, 'cast_dtype', None) or torch.float32
        text = f'Plan: {plan}; computed in {str(dtype).removeprefix("torch.")}.'
        say(text)
        print_log(f'Parameter groups:\n{table}', logger='current')
        warning = plan.warning()
        if warning:
            text = f"The batch is not the recipe's: {warning}."
            print_log(text, logger='current', level=logging.WARNING)
        if not isinstance(runner.train_loop, ExactLoop):
            kind = type(runner.train_loop).__name__
            text = f'Resume is not exact: {kind} is a training loop of its own.'
            print_log(text, logger='current', level=logging.WARNING)
        # Loops that count iterations are compared before the run starts.
        warning = plan.warmup_warning()
        if warning and counts_epochs(runner.cfg):
            print_log(f'{warning}.', logger='current', level=logging.WARNING)


def report_start(cfg: Config) -> None:
    """Print the plan and the parameter groups of a run before it starts.

    Args:
        cfg: The run's config, changed in place.
    """
    add_hook(cfg, dict(type='mmmetaformer.StartReportHook'))


def describe_groups(model: nn.Module, optimizer: Optimizer) -> str:
    """Return `group_rows` as lines."""
    return '\n'.join(align(group_rows(model, optimizer), left={-1}))


def group_rows(model: nn.Module, optimizer: Optimizer) -> list[tuple[Any, ...]]:
    """Return a table of what is trained with which rate and decay, and what is frozen.

    The first row is the header.

    Groups with the same layer, rate and decay share a row. The rate is the one after
    warm-up.

    Args:
        model: What the optimizer trains.
        optimizer: Its parameter groups become rows.
    """
    names = {id(p): name for name, p in model.named_parameters()}
    rows: dict[tuple, list[nn.Parameter]] = {}
    for group in optimizer.param_groups:
        lr = group.get('initial_lr', group.get('lr'))
        key = (group.get('layer'), lr, group.get('weight_decay'))
        rows.setdefault(key, []).extend(group['params'])
    frozen = [p for p in model.parameters() if not p.requires_grad]
    cells: list[tuple[Any, ...]] = [COLUMNS]
    for layer, lr, decay in sorted(rows, key=_from_the_stem):
        params = rows[layer, lr, decay]
        start = ('' if layer is None else layer, f'{lr:.3g}', f'{decay or 0:g}')
        cells.append((*start, *_describe(params, names)))
    if frozen:
        cells.append(('', 'frozen', '', *_describe(frozen, names)))
    if all(row[0] == '' for row in cells[1:]):
        cells = [row[1:] for row in cells]
    return cells


def _from_the_stem(row: tuple[int | None, float, float | None]) -> tuple[float, ...]:
    layer, lr, decay = row
    return (math.inf if layer is None else layer, lr, -(decay or 0))


def _describe(params: list[nn.Parameter], names: dict[int, str]) -> tuple[Any, ...]:
    known = [names[id(p)] for p in params if id(p) in names]
    count = sum(p.numel() for p in params)
    return len(params), f'{count:,}', _summary(known)


def _summary(names: list[str]) -> str:
    """Return the deepest parts of the model if they are few, else those above."""
    for depth in (3, 2, 1):
        parts = list(dict.fromkeys('.'.join(n.split('.')[:depth]) for n in names))
        if len(parts) <= MAX_PARTS:
            return ', '.join(parts)
    return ', '.join(parts)
