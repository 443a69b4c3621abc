# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmengine.runner import Runner
from toy_run import RecordHook, by_epochs, by_steps

from mmmetaformer import compat
from mmmetaformer.engine.accumulation import use_accumulation
from mmmetaformer.errors import ConfigError


def train(cfg, **state):
    """The rates of all updates, and the weights at the end."""
    runner = Runner.from_cfg(cfg)
    runner.train()
    return list(RecordHook.updates), runner.model.state_dict()


@pytest.mark.parametrize('make', [by_steps, by_epochs])
@pytest.mark.parametrize('passes', [8, 'auto'])
def test_two_times_eight_is_sixteen(make, passes, tmp_path):
    rates, weights = train(make(tmp_path / 'plain', batch_size=16))
    assert len(rates) == 20
    assert len(set(rates)) > 5  # a curve, no constant
    cfg = make(tmp_path / 'accumulated', batch_size=2)
    use_accumulation(cfg, passes, world_size=1)
    accumulated_rates, accumulated_weights = train(cfg)
    assert accumulated_rates == rates
    for name, value in weights.items():
        torch.testing.assert_close(
            accumulated_weights[name], value, rtol=1e-12, atol=1e-12
        )


def test_mmengine_alone_runs_through_the_schedule_too_fast(tmp_path):
    # If this fails, mmengine has fixed it: remove our hook.
    cfg = by_steps(tmp_path, batch_size=2)
    cfg.optim_wrapper.accumulative_counts = 8
    rates, _ = train(cfg)
    assert len(rates) == 3


def test_checkpoints_and_validation_stay_at_their_steps(tmp_path):
    cfg = by_steps(tmp_path, batch_size=2)
    use_accumulation(cfg, 8, world_size=1)
    assert cfg.train_cfg.max_iters == 160
    assert cfg.train_cfg.val_interval == 80
    assert cfg.default_hooks.checkpoint.interval == 80
    assert cfg.param_scheduler[1].end == 20


def test_resumed_in_the_middle(tmp_path):
    compat.install()
    rates, weights = train(by_steps(tmp_path / 'plain', batch_size=16))
    cfg = by_steps(tmp_path / 'accumulated', batch_size=2)
    use_accumulation(cfg, 8, world_size=1)
    cfg.train_cfg.max_iters = 80
    first, _ = train(cfg)
    cfg = by_steps(tmp_path / 'accumulated', batch_size=2)
    use_accumulation(cfg, 8, world_size=1)
    cfg.resume = True
    second, resumed = train(cfg)
    assert first + second == rates
    for name, value in weights.items():
        torch.testing.assert_close(resumed[name], value, rtol=1e-12, atol=1e-12)


def test_auto_counts_all_processes(tmp_path):
    cfg = by_epochs(tmp_path, batch_size=2)
    use_accumulation(cfg, 'auto', world_size=4)
    assert cfg.optim_wrapper.accumulative_counts == 2


def test_refusals(tmp_path):
    cfg = by_steps(tmp_path, batch_size=3)
    with pytest.raises(ConfigError, match='16 images per step .* with 3 per pass'):
        use_accumulation(cfg, 'auto', world_size=1)
    cfg.pop('auto_scale_lr')
    with pytest.raises(ConfigError, match='base_batch_size=16'):
        use_accumulation(cfg, 'auto', world_size=1)
    cfg.optim_wrapper.accumulative_counts = 2
    with pytest.raises(ConfigError, match='accumulative_counts=2'):
        use_accumulation(cfg, 4, world_size=1)
    cfg = by_epochs(tmp_path, batch_size=2)
    cfg.param_scheduler[1].convert_to_iter_based = True
    with pytest.raises(ConfigError, match='convert_to_iter_based'):
        use_accumulation(cfg, 4, world_size=1)


def test_other_ways_to_write_a_loop(tmp_path):
    cfg = by_steps(tmp_path, batch_size=2)
    cfg.train_cfg = dict(by_epoch=False, max_iters=20, dynamic_intervals=[(10, 5)])
    cfg.pop('default_hooks')
    use_accumulation(cfg, 2, world_size=1)
    assert cfg.train_cfg.max_iters == 40
    assert cfg.train_cfg.dynamic_intervals == [[20, 10]]
    hook = cfg.default_hooks.param_scheduler
    assert hook.type == 'mmmetaformer.SchedulerPerUpdateHook'
