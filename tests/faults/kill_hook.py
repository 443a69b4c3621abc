# SPDX-License-Identifier: Apache-2.0
"""A hook that sends its process a signal at a point of a run, for `custom_imports`."""

import os
import random
import signal

import numpy as np
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.registry import HOOKS


@HOOKS.register_module()
class KillHook(Hook):
    """Sends the process a signal when it comes to a point for the n-th time.

    Args:
        point: 'batch' (loaded), 'update' (gradients are there), 'updated', 'saved',
            'validation' (in the middle), 'metrics' (before they are used), 'rename'
            or 'renamed' (of a checkpoint that is complete); None for never.
        number: Which time, from 1.
        rank: The process.
        name: Of the signal, without SIG.
    """

    priority = 'HIGHEST'

    def __init__(self, point=None, number=1, rank=0, name='KILL'):
        self.point, self.left, self.rank = point, number, rank
        self.signal = signal.Signals[f'SIG{name}']

    def reach(self, point):
        if point == self.point and get_rank() == self.rank:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), self.signal)

    def before_train(self, runner):
        optimizer = runner.optim_wrapper.optimizer
        step, replace = optimizer.step, os.replace

        def stepped(*arguments, **named):
            self.reach('update')
            return step(*arguments, **named)

        def replaced(source, target, **named):
            is_checkpoint = str(target).endswith('.pth')
            if is_checkpoint:
                self.reach('rename')
            replace(source, target, **named)
            if is_checkpoint:
                self.reach('renamed')

        optimizer.step = stepped
        os.replace = replaced

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        self.reach('batch')

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.reach('updated')

    def after_val_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.reach('validation')

    def after_val_epoch(self, runner, metrics=None):
        self.reach('metrics')

    def after_train(self, runner):
        streams = random.getstate(), np.random.get_state(), torch.get_rng_state()
        torch.save(streams, f'{runner.work_dir}/streams_{get_rank()}.pt')


@HOOKS.register_module()
class KillLastHook(KillHook):
    """Sends it when the other hooks have done what they do in a step."""

    priority = 'LOWEST'

    def before_train(self, runner):
        pass

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.reach('saved')

    def after_train(self, runner):
        pass
