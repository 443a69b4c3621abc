# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from mmengine.runner import Runner
from toy_run import by_epochs, by_steps

from mmmetaformer.engine.accumulation import use_accumulation
from mmmetaformer.engine.batch_plan import BatchPlan
from mmmetaformer.engine.start_report import report_start
from mmmetaformer.run.scale_lr import scale_lr


def log_of(cfg):
    """Return what a run of the config writes to its log."""
    report_start(cfg)
    Runner.from_cfg(cfg).train()
    return next(Path(cfg.work_dir).rglob('*.log')).read_text()


def test_a_run_prints_its_plan(tmp_path):
    log = log_of(by_steps(tmp_path, batch_size=16))
    assert (
        '16 images per step (16 per process x 1 process); 320 images and 20.0 steps '
        'per epoch; 20 steps, 320 images in total (1.0 epochs); learning rate 0.1 '
        'after 5 steps'
    ) in log
    assert "not the recipe's" not in log


def test_a_run_that_is_off_the_recipe_is_warned(tmp_path):
    log = log_of(by_epochs(tmp_path, batch_size=2))
    assert '2 images per step (2 per process x 1 process); 64 images' in log
    assert '32.0 steps per epoch; 160 steps, 320 images in total (5.0 epochs)' in log
    assert (
        "WARNING - The batch is not the recipe's: the learning rate 0.1 is for 16 "
        'images per step, this run has 2, and nothing was scaled. Consider '
        '--auto-scale-lr or --accumulate auto.'
    ) in log


def test_a_scaled_or_accumulated_run_is_not_warned(tmp_path):
    cfg = by_steps(tmp_path / 'scaled', batch_size=2)
    scale_lr(cfg, world_size=1)
    log = log_of(cfg)
    assert '2 images per step' in log
    assert '160 steps, 320 images in total' in log
    assert "not the recipe's" not in log
    cfg = by_steps(tmp_path / 'accumulated', batch_size=2)
    use_accumulation(cfg, 'auto', world_size=1)
    log = log_of(cfg)
    assert '16 images per step (2 per process x 1 process x 8 passes)' in log
    assert '20 steps, 320 images in total (1.0 epochs)' in log
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


def test_a_run_of_epochs_that_ends_during_its_warm_up(tmp_path):
    cfg = by_epochs(tmp_path, batch_size=16)
    cfg.param_scheduler[0].end = 20
    assert 'during its warm-up' not in log_of(cfg)
    cfg = by_epochs(tmp_path / 'long', batch_size=16)
    cfg.param_scheduler[0].end = 1000
    log = log_of(cfg)
    assert 'ends after 20 iterations, during its warm-up of 1,000' in log
    assert 'never reaches the learning rate 0.1.' in log
