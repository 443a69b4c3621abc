# SPDX-License-Identifier: Apache-2.0
"""Recomputing the gradients of the passes since the last update.

A checkpoint between two updates does not have them. Since images and random numbers are
a function of the position, the passes can be repeated: with the same parameters they
have the same gradients, in each process.
"""

from collections.abc import Iterable
from typing import Any

import torch
from mmengine.runner import Runner

from mmmetaformer.say import say

from .seed import Purpose, base_seed, seed_step

__all__ = ['repeat_passes']


def repeat_passes(runner: Runner, batches: Iterable[Any], number: int) -> None:
    """Accumulate the gradients of passes that were done before the checkpoint.

    Hooks are not called, and buffers such as the statistics of batch norm stay.

    Args:
        runner: A runner that is to continue at `runner.iter`.
        batches: The batches of the passes.
        number: How many passes these are.
    """
    if not number:
        return
    say(f'Repeating the {number} passes since the last update, for their gradients.')
    model, wrapper = runner.model, runner.optim_wrapper
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    wrapper._inner_count = runner.iter - number
    model.train()
    for step, batch in enumerate(batches, runner.iter - number):
        # Some preprocessors ask for it.
        runner.message_hub.update_info('iter', step)
        seed_step(base_seed(runner), Purpose.STEP, runner.rank, step)
        model.train_step(batch, optim_wrapper=wrapper)
    with torch.no_grad():
        for buffer, before in buffers:
            buffer.copy_(before)
