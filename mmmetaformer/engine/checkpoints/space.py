# SPDX-License-Identifier: Apache-2.0
"""Whether the disk has space for the checkpoints of a run."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from mmengine.fileio import LocalBackend
from mmengine.hooks import CheckpointHook, EMAHook
from mmengine.model import is_model_wrapper
from mmengine.optim import OptimWrapperDict
from mmengine.runner import Runner
from torch.optim import Optimizer

from mmmetaformer.checkpoint_names import pattern_of
from mmmetaformer.disk import nearest_folder
from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.text import size_text

__all__ = ['bytes_of_checkpoint', 'check_space']


def check_space(hook: CheckpointHook, runner: Runner, existing: int) -> None:
    """Refuse a disk on which no checkpoint fits; warn if fewer than all fit.

    A quota is not seen.

    Args:
        hook: What saves the checkpoints, before training.
        runner: The runner, with its optimizer.
        existing: How many of the checkpoints to keep are there already.

    Raises:
        ConfigError: Not even one fits beside those that are there.
    """
    if not isinstance(hook.file_backend, LocalBackend):
        return
    weights, states = bytes_of_checkpoint(runner)
    one = weights + (states if hook.save_optimizer else 0)
    folder = nearest_folder(Path(hook.out_dir))
    free = shutil.disk_usage(folder).free
    if not runner._resume:
        # Those of an earlier run are about to be removed.
        names = pattern_of(hook.filename_tmpl)
        old = [file for file in folder.iterdir() if names.fullmatch(file.name)]
        free += sum(file.stat().st_size for file in old)
    keep = hook.max_keep_ckpts
    saves = _saves(hook, runner)
    if not saves:
        return
    if free < one:
        raise ConfigError(
            f'{hook.out_dir} has {size_text(free)} free, and a checkpoint of this run '
            f'takes {size_text(one)}: free space, or choose another folder: --work-dir'
        )
    # A new one is written before the oldest is removed.
    number = min(saves, keep - existing + 1) if keep > 0 else saves
    best = len(hook.save_best or ())
    needed = number * one + best * weights
    if free < needed:
        kept = f'max_keep_ckpts={keep}' if keep > 0 else 'max_keep_ckpts is not set'
        and_best = f' and {best} best' if best else ''
        warn(
            f'{hook.out_dir} has {size_text(free)} free, and the checkpoints of this '
            f'run ({number} to come of {size_text(one)}{and_best}; {kept}) take '
            f'{size_text(needed)}. Free space, or keep fewer: --cfg-options '
            'default_hooks.checkpoint.max_keep_ckpts=1'
        )


def bytes_of_checkpoint(runner: Runner) -> tuple[int, int]:
    """Return the bytes of the weights in a checkpoint, and of the optimizer's states.

    Args:
        runner: The runner, with its optimizer. Of an optimizer that torch does not
            have, only the states that are there already count.
    """
    model: Any = runner.model.module if is_model_wrapper(runner.model) else runner.model
    weights = sum(map(_bytes, _tensors(model.state_dict())))
    if any(isinstance(hook, EMAHook) for hook in runner.hooks):
        weights *= 2
    wrapper = runner.optim_wrapper
    several = isinstance(wrapper, OptimWrapperDict)
    optimizers = [one.optimizer for one in (wrapper.values() if several else [wrapper])]
    return weights, sum(map(_bytes_of_states, optimizers))


def _bytes_of_states(optimizer: Optimizer) -> int:
    parameters = [p for group in optimizer.param_groups for p in group['params']]
    there = sum(map(_bytes, _tensors(dict(optimizer.state))))
    to_come = sum(
        _bytes(p) * _states(optimizer)
        for p in parameters
        if p.requires_grad and p not in optimizer.state
    )
    return there + to_come


def _states(optimizer: Optimizer) -> int:
    """Return how many tensors of its size an optimizer has for a parameter."""
    settings, kind = optimizer.defaults, type(optimizer).__name__
    if kind in ('Adam', 'AdamW', 'NAdam', 'RAdam', 'Adamax'):
        return 2 + bool(settings.get('amsgrad'))
    if kind == 'RMSprop':
        return 1 + bool(settings['momentum']) + bool(settings['centered'])
    return int(kind == 'Adagrad' or (kind == 'SGD' and bool(settings['momentum'])))


def _saves(hook: CheckpointHook, runner: Runner) -> int:
    """Return how many checkpoints are to come, also the last one."""
    end, now = (
        (runner.max_epochs, runner.epoch)
        if hook.by_epoch
        else (runner.max_iters, runner.iter)
    )
    first = max(now, hook.save_begin)
    every = hook.interval
    regular = end // every - first // every if every > 0 else 0
    return max(regular, 1 if hook.save_last or hook.save_best else 0)


def _tensors(node: Any) -> Iterator[torch.Tensor]:
    if isinstance(node, torch.Tensor):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _tensors(value)


def _bytes(tensor: torch.Tensor) -> int:
    return tensor.numel() * tensor.element_size()
