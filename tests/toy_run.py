# SPDX-License-Identifier: Apache-2.0
"""A real MMEngine run of a linear map, small enough to watch each update."""

import itertools

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.registry import DATASETS, HOOKS, MODELS
from torch import nn
from torch.utils.data import Dataset

NUMBERS = itertools.count()


@MODELS.register_module(force=True)
class ToyModel(BaseModel):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 1).double()

    def forward(self, x, y, mode):
        return dict(loss=(self.linear(x)[:, 0] - y).square().mean())


@DATASETS.register_module(force=True)
class ToyDataset(Dataset):
    def __init__(self, images):
        generator = torch.Generator().manual_seed(0)
        self.x = torch.randn(images, 4, generator=generator, dtype=torch.double)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return dict(x=self.x[i], y=self.x[i].sum())


@HOOKS.register_module(force=True)
class RecordHook(Hook):
    """Keeps the rate of every update of the parameters."""

    updates: list[float] = []

    def before_train(self, runner):
        optimizer = runner.optim_wrapper.optimizer
        step = optimizer.step

        def recorded(*args, **kwargs):
            self.updates.append(optimizer.param_groups[0]['lr'])
            return step(*args, **kwargs)

        optimizer.step = recorded


def by_steps(work_dir, batch_size, steps=20):
    """A config of 5 steps of warm-up and then a decay to zero."""
    return _config(
        work_dir,
        batch_size,
        # One epoch: mmengine's iteration-based loop sleeps when it begins another.
        images=16 * steps,
        train_cfg=dict(type='IterBasedTrainLoop', max_iters=steps, val_interval=10),
        param_scheduler=[
            dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=5),
            dict(type='PolyLR', by_epoch=False, begin=5, end=steps, power=1.0),
        ],
        default_hooks=dict(
            checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=10)
        ),
    )


def by_epochs(work_dir, batch_size):
    """A config of 5 steps of warm-up and a drop of the rate after 3 epochs."""
    return _config(
        work_dir,
        batch_size,
        images=64,
        train_cfg=dict(type='EpochBasedTrainLoop', max_epochs=5),
        param_scheduler=[
            dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=5),
            dict(type='MultiStepLR', by_epoch=True, begin=0, end=5, milestones=[3]),
        ],
        default_hooks=dict(),
    )


def _config(work_dir, batch_size, images, **rest):
    RecordHook.updates = []
    return Config(
        dict(
            model=dict(type='ToyModel'),
            work_dir=str(work_dir),
            train_dataloader=dict(
                batch_size=batch_size,
                num_workers=0,
                collate_fn=dict(type='default_collate'),
                sampler=dict(type='DefaultSampler', shuffle=False),
                dataset=dict(type='ToyDataset', images=images),
            ),
            optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1, momentum=0.9)),
            custom_hooks=[dict(type='RecordHook')],
            default_scope='mmengine',
            auto_scale_lr=dict(enable=False, base_batch_size=16),
            launcher='none',
            randomness=dict(seed=0),
            # Runs of the same second would share a log otherwise.
            experiment_name=f'toy_{next(NUMBERS)}',
            log_level='INFO',
            **rest,
        )
    )
