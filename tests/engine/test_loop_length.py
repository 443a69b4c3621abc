# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmengine.config import Config
from mmengine.optim import LinearLR

from mmmetaformer.engine.loop_length import scale_loop, scale_schedule


@pytest.mark.parametrize(
    ('scheduler', 'expected'),
    [
        (dict(type='CosineAnnealingLR', T_max=60), dict(T_max=30)),
        (dict(type='StepLR', step_size=8), dict(step_size=4)),
        (dict(type='MultiStepLR', milestones=[8, 11]), dict(milestones=[4, 6])),
        (dict(type='ConstantLR', total_iters=9), dict(total_iters=4)),
        (dict(type='PolyLR', begin=0, end=1), dict(begin=0, end=1)),
    ],
)
def test_every_length_of_a_scheduler(scheduler, expected):
    cfg = Config(dict(param_scheduler=dict(scheduler, by_epoch=False)))
    scale_schedule(cfg, 0.5)
    assert cfg.param_scheduler == dict(scheduler, by_epoch=False, **expected)


@pytest.mark.parametrize('warmup', ['LinearLR', 'ConstantLR'])
def test_a_warm_up_of_a_single_step_is_left_out(warmup):
    """mmengine's would never end: the learning rate would stay at its first value."""
    first = dict(type=warmup, by_epoch=False, begin=0, end=1500)
    decay = dict(type='PolyLR', by_epoch=False, begin=1500, end=160_000)
    cfg = Config(dict(param_scheduler=[first, decay]))
    scale_schedule(cfg, 96 / 160_000)
    assert cfg.param_scheduler == [dict(decay, begin=0, end=96)]
    cfg = Config(dict(param_scheduler=dict(first, end=20)))
    scale_schedule(cfg, 0.1)
    assert cfg.param_scheduler == dict(first, end=2)


def test_the_rate_reaches_its_value_after_two_steps():
    """And not after one, which is why such a warm-up is left out."""
    for steps, reached in ((1, 1e-3), (2, 1.0)):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        scheduler = LinearLR(optimizer, start_factor=1e-3, by_epoch=False, end=steps)
        for _ in range(5):
            scheduler.step()
        assert optimizer.param_groups[0]['lr'] == pytest.approx(reached)


def test_schedulers_that_count_epochs_do_not_change():
    by_epoch = dict(type='StepLR', step_size=8, by_epoch=True)
    by_default = dict(type='StepLR', step_size=8)
    by_step = dict(type='StepLR', step_size=8, by_epoch=False)
    cfg = Config(dict(param_scheduler=[by_epoch, by_default, by_step]))
    scale_schedule(cfg, 0.5)
    assert cfg.param_scheduler == [by_epoch, by_default, dict(by_step, step_size=4)]


def test_lengths_and_intervals_of_a_loop():
    loop = dict(type='IterBasedTrainLoop', max_iters=100, val_interval=10, val_begin=1)
    checkpoint = dict(type='CheckpointHook', by_epoch=False, interval=20)
    cfg = Config(dict(train_cfg=loop, default_hooks=dict(checkpoint=checkpoint)))
    cfg.train_cfg.dynamic_intervals = [(50, 5)]
    scale_loop(cfg, 4)
    assert cfg.train_cfg.max_iters == 400
    assert cfg.train_cfg.val_interval == 40
    assert cfg.train_cfg.val_begin == 4
    assert cfg.train_cfg.dynamic_intervals == [[200, 20]]
    assert cfg.default_hooks.checkpoint.interval == 80


def test_a_loop_of_epochs_does_not_change():
    cfg = Config(dict(train_cfg=dict(type='EpochBasedTrainLoop', max_epochs=12)))
    scale_loop(cfg, 4)
    assert cfg.train_cfg.max_epochs == 12
