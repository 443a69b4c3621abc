# SPDX-License-Identifier: Apache-2.0
"""A run of milliseconds in which all that a resume could lose has an effect."""

import itertools
import random

import numpy as np
import torch
from mmengine.config import Config
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.registry import DATA_SAMPLERS, DATASETS, HOOKS, METRICS, MODELS
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import Dataset, Sampler

from mmmetaformer.engine.accumulation import use_accumulation
from mmmetaformer.engine.ema import use_ema
from mmmetaformer.engine.exact import keep_seed, use_exact_resume
from mmmetaformer.engine.resume import keep_config_on_resume

NUMBERS = itertools.count()
TIMES = ('train/time', 'train/data_time', 'val/time', 'val/data_time')


class StoppedError(Exception):
    """Stands for a kill."""


@MODELS.register_module(force=True)
class RandomModel(BaseModel):
    """Has batch norm and dropout, and logs which images it has seen."""

    seen: list[list[int]] = []

    def __init__(self, norm='BatchNorm1d'):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(4, 8), getattr(nn, norm)(8), nn.Dropout(0.3), nn.Linear(8, 1)
        )

    def forward(self, x, index, mode):
        out = self.layers(x)[:, 0]
        if mode == 'predict':
            # Some models draw in validation, too.
            return list(out + torch.rand(()))
        self.seen.append(index.tolist())
        return dict(loss=(out - x.sum(1)).square().mean() + random.random())


@DATASETS.register_module(force=True)
class RandomDataset(Dataset):
    """Draws from all three generators for each image."""

    metainfo = dict(classes=('a',))

    def __init__(self, images):
        self.images = images

    def __len__(self):
        return self.images

    def get_data_info(self, index):
        return dict(width=index % 3, height=1)

    def __getitem__(self, index):
        x = torch.full((4,), index / self.images)
        noise = random.random() + np.random.rand() + torch.rand(4)
        return dict(x=x + noise, index=index)


@METRICS.register_module(force=True)
class MeanMetric(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results.extend(float(one) for one in data_samples)

    def compute_metrics(self, results):
        return dict(mean=sum(results) / len(results))


@DATA_SAMPLERS.register_module(force=True)
class GlobalSampler(Sampler):
    """Draws its order from NumPy's global generator, as some of mmdet do."""

    def __init__(self, dataset, seed):
        self.dataset = dataset

    def __len__(self):
        return len(self.dataset)

    def __iter__(self):
        for _ in range(len(self)):
            yield int(np.random.randint(len(self)))


class QuickRunner(Runner):
    """Does not ask for the versions of compilers."""

    def _log_env(self, env_cfg):
        pass


@HOOKS.register_module(force=True)
class StopHook(Hook):
    """Raises after a step that was saved, or in the middle of a validation.

    Args:
        at: The iterations done.
        validation: How many of them may end; the next one is cut off.
    """

    priority = 'LOWEST'

    def __init__(self, at=None, validation=None):
        self.at, self.left = at, validation

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if runner.iter + 1 == self.at:
            raise StoppedError

    def before_val_epoch(self, runner):
        if self.left is not None:
            self.left -= 1

    def after_val_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if self.left == -1:
            raise StoppedError


def config(
    work_dir, *, epochs=None, steps=None, workers=0, accumulate=1, save=100, **changes
):
    """A config of a run in epochs of 5 passes, or in steps.

    Args:
        save: Passes between two checkpoints; each costs 50 ms.
    """
    loader = dict(
        batch_size=4,
        num_workers=workers,
        collate_fn=dict(type='default_collate'),
        sampler=dict(type='DefaultSampler' if epochs else 'InfiniteSampler'),
        dataset=dict(type='RandomDataset', images=19),
    )
    if epochs:
        loop = dict(type='EpochBasedTrainLoop', max_epochs=epochs)
    else:
        loop = dict(type='IterBasedTrainLoop', max_iters=steps, val_interval=3)
    val = {**loader, 'sampler': dict(type='DefaultSampler', shuffle=False)}
    cfg = Config(
        dict(
            model=dict(type='RandomModel'),
            work_dir=str(work_dir),
            train_dataloader=loader,
            val_dataloader=val,
            val_cfg=dict(),
            val_evaluator=dict(type='MeanMetric'),
            train_cfg=loop,
            optim_wrapper=dict(
                optimizer=dict(type='AdamW', lr=0.01), clip_grad=dict(max_norm=1.0)
            ),
            param_scheduler=[
                dict(type='LinearLR', start_factor=0.01, by_epoch=False, end=5),
                dict(type='PolyLR', by_epoch=False, begin=5, end=20, power=1.0),
            ],
            default_hooks=dict(
                checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=save),
                logger=dict(type='LoggerHook', interval=1),
            ),
            custom_hooks=[dict(type='StopHook')],
            default_scope='mmengine',
            launcher='none',
            randomness=dict(seed=1),
            experiment_name=f'position_{next(NUMBERS)}',
            log_level='ERROR',
        )
    )
    cfg.merge_from_dict(changes)
    if accumulate > 1:
        # Intervals stay, so that a checkpoint falls between two updates.
        use_accumulation(cfg, accumulate, world_size=1)
        cfg.default_hooks.checkpoint.interval = save
        if steps:
            cfg.train_cfg.update(val_interval=3, max_iters=steps)
    use_ema(cfg)
    return cfg


def train(cfg, resume=None, stop=None):
    """Train; return all that two equal runs have in common, None if it was stopped.

    Args:
        cfg: The config.
        resume: A checkpoint.
        stop: Arguments of `StopHook`.
    """
    if resume:
        cfg.resume, cfg.load_from = True, str(resume)
        keep_seed(cfg, torch.load(resume, weights_only=True)['meta'])
        keep_config_on_resume(cfg)
    cfg.custom_hooks[0].update(stop or {})
    use_exact_resume(cfg)
    RandomModel.seen = []
    runner = QuickRunner.from_cfg(cfg)
    try:
        runner.train()
        return result(runner)
    except StoppedError:
        return None
    finally:
        for loader in (runner.train_dataloader, runner.val_dataloader):
            if loader._iterator is not None:
                # The garbage collector would wait for workers that wait for it.
                loader._iterator._shutdown_workers()


def result(runner):
    average = next(h for h in runner.hooks if type(h).__name__ == 'AverageHook')
    scalars = runner.message_hub.log_scalars
    return dict(
        weights=getattr(runner.model, 'module', runner.model).state_dict(),
        average=average.ema_model.state_dict(),
        optimizer=runner.optim_wrapper.state_dict(),
        schedule=[s.state_dict() for s in runner.param_schedulers],
        streams=(random.getstate(), np.random.get_state(), torch.get_rng_state()),
        logged={k: v.data for k, v in scalars.items() if k not in TIMES},
        place=(runner.epoch, runner.iter, runner.optim_wrapper._inner_count),
    )


def differences(one, other, path=''):
    """Return the paths at which two nested results differ in a bit."""
    if isinstance(one, dict):
        if one.keys() != other.keys():
            return [f'{path}: keys {one.keys() ^ other.keys()}']
        return [d for k in one for d in differences(one[k], other[k], f'{path}/{k}')]
    if isinstance(one, (list, tuple)):
        if len(one) != len(other):
            return [f'{path}: {len(one)} and {len(other)} items']
        pairs = enumerate(zip(one, other, strict=True))
        return [d for i, (a, b) in pairs for d in differences(a, b, f'{path}/{i}')]
    if isinstance(one, torch.Tensor):
        same = one.dtype == other.dtype and torch.equal(one, other)
    elif isinstance(one, np.ndarray):
        same = one.dtype == other.dtype and np.array_equal(one, other)
    else:
        same = one == other
    return [] if same else [path]
