# SPDX-License-Identifier: Apache-2.0
import faulthandler

import pytest
from mmengine.config import Config
from mmengine.runner import Runner
from toy_run import by_steps

from mmmetaformer.engine import hangs
from mmmetaformer.engine.hangs import HANG_LIMIT, HangHook, use_hang_limit
from mmmetaformer.launch.report import FILE


@pytest.mark.parametrize('processes', [1, 2])
def test_each_step_starts_the_time_again(processes, tmp_path, monkeypatch):
    monkeypatch.setattr(hangs, 'get_world_size', lambda: processes)
    armed, cancelled = [], []
    monkeypatch.setattr(
        faulthandler,
        'dump_traceback_later',
        lambda seconds, exit, file: armed.append((seconds, exit, file.name)),
    )
    monkeypatch.setattr(
        faulthandler, 'cancel_dump_traceback_later', lambda: cancelled.append(1)
    )
    monkeypatch.setenv(FILE, str(tmp_path / '0.json'))
    cfg = by_steps(tmp_path, batch_size=16, steps=8)
    cfg.launcher = 'pytorch'
    use_hang_limit(cfg, 7)
    cfg.launcher = 'none'
    Runner.from_cfg(cfg).train()
    faulthandler.disable()
    if processes == 1:
        assert armed == []
        return
    assert set(armed) == {(7, True, str(tmp_path / '0.late'))}
    assert len(armed) >= 1 + 2 * 8
    assert cancelled == [1]


@pytest.mark.parametrize(
    ('launcher', 'given', 'limits'),
    [
        ('none', 7, []),
        ('pytorch', None, [5]),
        ('slurm', 7, [7]),
        ('pytorch', 0, []),
    ],
)
def test_the_option_replaces_the_hook_of_a_config(launcher, given, limits):
    hook = dict(type='mmmetaformer.HangHook', limit=5)
    cfg = Config(dict(custom_hooks=[hook], launcher=launcher))
    if launcher == 'none':
        cfg.custom_hooks = []
    use_hang_limit(cfg, given)
    assert [one['limit'] for one in cfg.custom_hooks] == limits


def test_collective_calls_wait_longer():
    for given, expected in ((None, HANG_LIMIT + 300), (60, 360)):
        cfg = Config(dict(launcher='pytorch', env_cfg=dict(dist_cfg=dict(backend='x'))))
        use_hang_limit(cfg, given)
        assert cfg.env_cfg.dist_cfg == dict(backend='x', timeout=expected)
    own = Config(dict(launcher='pytorch', env_cfg=dict(dist_cfg=dict(timeout=9))))
    use_hang_limit(own, None)
    assert own.env_cfg.dist_cfg.timeout == 9


def test_a_limit_that_is_none():
    with pytest.raises(ValueError, match='limit must be above 0, got 0'):
        HangHook(0)
