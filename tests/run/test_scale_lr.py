# SPDX-License-Identifier: Apache-2.0
import pytest
from toy_run import by_epochs, by_steps

from mmmetaformer.engine.accumulation import use_accumulation
from mmmetaformer.errors import ConfigError
from mmmetaformer.run.scale_lr import scale_lr


def test_rate_and_lengths_follow_the_batch(tmp_path):
    cfg = by_steps(tmp_path, batch_size=2)
    scale_lr(cfg, world_size=2)  # 4 images per step instead of 16
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
