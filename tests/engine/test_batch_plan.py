# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
from mmengine.runner import Runner
from toy_run import by_epochs, by_steps

from mmmetaformer.engine.accumulation import use_accumulation
from mmmetaformer.engine.batch_plan import BatchPlan
from mmmetaformer.engine.start_report import report_start
from mmmetaformer.errors import ConfigError
from mmmetaformer.run.scale_lr import scale_lr
from mmmetaformer.run.world_size import world_size_of


def log_of(cfg):
    """What a run of the config writes to its log."""
    report_start(cfg)
    Runner.from_cfg(cfg).train()
    return next(Path(cfg.work_dir).rglob('*.log')).read_text()


def test_rate_and_lengths_follow_the_batch(tmp_path):
    cfg = by_steps(tmp_path, batch_size=2)
    scale_lr(cfg, world_size=2)  # 4 images a step in place of 16
    assert cfg.optim_wrapper.optimizer.lr == pytest.approx(0.1 / 4)
    assert cfg.train_cfg.max_iters == 80
    assert cfg.train_cfg.val_interval == 40
    assert cfg.default_hooks.checkpoint.interval == 40
    warmup, decay = cfg.param_scheduler
    assert (warmup.begin, warmup.end) == (0, 20)
    assert (decay.begin, decay.end) == (20, 80)
    assert warmup.start_factor == 0.01
    # mmengine's own scaling, with this number, is none.
    assert cfg.auto_scale_lr == dict(enable=False, base_batch_size=4)


def test_epochs_stay_and_their_warmup_follows(tmp_path):
    cfg = by_epochs(tmp_path, batch_size=32)
    scale_lr(cfg, world_size=1)
    assert cfg.optim_wrapper.optimizer.lr == pytest.approx(0.2)
    assert cfg.train_cfg.max_epochs == 5
    warmup, decay = cfg.param_scheduler
    assert (warmup.begin, warmup.end) == (0, 2)
    assert (decay.end, decay.milestones) == (5, [3])


def test_accumulated_images_count(tmp_path):
    cfg = by_steps(tmp_path, batch_size=2)
    use_accumulation(cfg, 4, world_size=1)
    scale_lr(cfg, world_size=1)
    assert cfg.optim_wrapper.optimizer.lr == pytest.approx(0.1 / 2)
    # 40 updates of 8 images see what 20 of 16 do, in 160 passes of 2.
    assert cfg.train_cfg.max_iters == 160
    assert cfg.param_scheduler[1].end == 40


def test_the_recipes_batch_needs_no_scaling(tmp_path):
    cfg = by_steps(tmp_path, batch_size=2)
    before = cfg.to_dict()
    scale_lr(cfg, world_size=8)
    assert cfg.to_dict() == before


def test_a_config_that_does_not_say_is_refused(tmp_path):
    cfg = by_steps(tmp_path, batch_size=2)
    cfg.pop('auto_scale_lr')
    with pytest.raises(ConfigError, match='base_batch_size=16'):
        scale_lr(cfg, world_size=1)


def test_world_size(monkeypatch):
    monkeypatch.setenv('WORLD_SIZE', '4')
    monkeypatch.setenv('SLURM_NTASKS', '8')
    assert world_size_of('none') == 1
    assert world_size_of('pytorch') == 4
    assert world_size_of('slurm') == 8


def test_a_run_tells_its_plan(tmp_path):
    log = log_of(by_steps(tmp_path, batch_size=16))
    assert (
        '16 images a step (16 on each of 1), 320 images and 20.0 steps an epoch, '
        '20 steps, 320 images in all (1.0 epochs); learning rate 0.1 after 5 steps'
    ) in log
    assert "not the recipe's" not in log


def test_a_run_that_is_off_the_recipe_is_warned(tmp_path):
    log = log_of(by_epochs(tmp_path, batch_size=2))
    assert '2 images a step (2 on each of 1), 64 images and 32.0 steps an epoch' in log
    assert '160 steps, 320 images in all (5.0 epochs)' in log
    assert (
        "WARNING - The batch is not the recipe's: the learning rate 0.1 is meant for "
        '16 images a step, this run has 2 and nothing was scaled. Consider '
        '--auto-scale-lr or --accumulate auto.'
    ) in log


def test_a_scaled_or_accumulated_run_is_not_warned(tmp_path):
    cfg = by_steps(tmp_path / 'scaled', batch_size=2)
    scale_lr(cfg, world_size=1)
    log = log_of(cfg)
    assert '2 images a step' in log
    assert '160 steps, 320 images in all' in log
    assert "not the recipe's" not in log
    cfg = by_steps(tmp_path / 'accumulated', batch_size=2)
    use_accumulation(cfg, 'auto', world_size=1)
    log = log_of(cfg)
    assert '16 images a step (2 on each of 1 in 8 passes)' in log
    assert '20 steps, 320 images in all (1.0 epochs)' in log
    assert "not the recipe's" not in log


def test_only_ways_that_work_are_offered():
    plan = BatchPlan(
        per_process=3,
        processes=1,
        passes=1,
        recipe=16,
        dataset_size=100,
        total_passes=10,
        warmup=0,
        lr=0.1,
    )
    assert plan.warning().endswith('Consider --auto-scale-lr')
