# SPDX-License-Identifier: Apache-2.0
"""What is printed before the first step: the plan of the run and who trains how."""

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

from mmmetaformer.registry import HOOKS

from .batch_plan import plan_of

__all__ = ['StartReportHook', 'describe_groups', 'report_start']

MAX_NAMED = 3  # parts of the model that a row names
COLUMNS = ('layer', 'lr', 'decay', 'tensors', 'parameters', 'of')


@HOOKS.register_module()
class StartReportHook(Hook):
    """Logs the batch plan and the table of parameter groups before training."""

    def before_train(self, runner: Runner) -> None:
        """Called by mmengine when all is built."""
        plan = plan_of(runner)
        model = getattr(runner.model, 'module', runner.model)
        table = describe_groups(model, runner.optim_wrapper.optimizer)
        dtype = getattr(runner.optim_wrapper, 'cast_dtype', None) or torch.float32
        text = f'Plan: {plan}; computed in {str(dtype).removeprefix("torch.")}.'
        print_log(text, logger='current')
        print_log(f'Parameter groups:\n{table}', logger='current')
        warning = plan.warning()
        if warning:
            text = f"The batch is not the recipe's: {warning}."
            print_log(text, logger='current', level=logging.WARNING)


def report_start(cfg: Config) -> None:
    """Let a run print its plan and its parameter groups.

    Args:
        cfg: The run's config, changed in place.
    """
    hooks = list(cfg.get('custom_hooks') or [])
    cfg.custom_hooks = [*hooks, dict(type='mmmetaformer.StartReportHook')]


def describe_groups(model: nn.Module, optimizer: Optimizer) -> str:
    """A table of what is trained at which rate and decay, and of what is frozen.

    Groups of the same layer, rate and decay are one row; the rate is that after
    warm-up.

    Args:
        model: What the optimizer trains.
        optimizer: The optimizer.
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
    return _align(cells)


def _from_the_stem(row: tuple[int | None, float, float | None]) -> tuple[float, ...]:
    layer, lr, decay = row
    return (math.inf if layer is None else layer, lr, -(decay or 0))


def _describe(params: list[nn.Parameter], names: dict[int, str]) -> tuple[Any, ...]:
    known = [names[id(p)] for p in params if id(p) in names]
    count = sum(p.numel() for p in params)
    return len(params), f'{count:,}', _summary(known)


def _summary(names: list[str]) -> str:
    """The deepest parts of the model, if they are few, else the ones above them."""
    for depth in (3, 2, 1):
        parts = list(dict.fromkeys('.'.join(n.split('.')[:depth]) for n in names))
        if len(parts) <= MAX_NAMED:
            return ', '.join(parts)
    return ', '.join(parts)


def _align(rows: list[tuple[Any, ...]]) -> str:
    widths = [
        max(len(str(cell)) for cell in column) for column in zip(*rows, strict=True)
    ]
    lines = []
    for row in rows:
        padded = [str(c).rjust(w) for c, w in zip(row[:-1], widths[:-1], strict=True)]
        lines.append('  '.join([*padded, row[-1]]))
    return '\n'.join(lines)
