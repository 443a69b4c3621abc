# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.checks.config.schedule import (
    check_loops,
    check_schedule,
    warn_of_length,
)
from mmmetaformer.errors import ConfigError


def config(by_epoch=False, schedulers=(), hooks=None, **loop):
    length = dict(max_epochs=12) if by_epoch else dict(max_iters=100)
    return Config(
        dict(
            train_cfg=dict(by_epoch=by_epoch) | length | loop,
            val_cfg=dict(),
            param_scheduler=[dict(by_epoch=by_epoch) | one for one in schedulers],
            default_hooks=hooks or {},
        )
    )


@pytest.mark.parametrize(
    'cfg',
    [
        config(),
        config(val_interval=2.0),
        config(hooks=dict(checkpoint=dict(interval=-1), timer=None)),
        config(schedulers=[dict(begin=0, end=50), dict(begin=50, end=100)]),
        config(schedulers=[dict(factor=0.1)]),
        config(schedulers=[dict(type='LinearLR', end=2)]),
        config(schedulers=[dict(type='LinearLR', end=1, start_factor=1.0)]),
        config(schedulers=[dict(type='PolyLR', end=1)]),
        config(schedulers=[dict(by_epoch=True, end=3, convert_to_iter_based=True)]),
        config(by_epoch=True, schedulers=[dict(by_epoch=False, end=1000)]),
        Config(dict(param_scheduler=3)),
    ],
)
def test_sound_schedules(cfg, capsys):
    check_schedule(cfg)
    warn_of_length(cfg)
    assert capsys.readouterr().err == ''


@pytest.mark.parametrize(
    ('cfg', 'message'),
    [
        (config(val_interval=0), 'val_interval is 0; .*val_cfg=None val_dataloader=N'),
        (config(val_interval=-1), 'val_interval is -1'),
        (config(val_interval=None), 'val_interval is None'),
        (config(max_iters=0), 'max_iters is 0; it takes integers from 1 up'),
        (config(by_epoch=True, max_epochs=-3), 'max_epochs is -3'),
        (config(max_iters='many'), "max_iters is 'many'"),
        (config(dynamic_intervals=[(50, 0)]), 'dynamic_intervals is 0'),
        (config(hooks=dict(checkpoint=dict(interval=0))), 'set it to -1'),
        (config(hooks=dict(logger=dict(interval=0))), 'set default_hooks.logger=None'),
        (config(schedulers=[dict(begin=9, end=9)]), 'ends at 9, before it begins at 9'),
        (config(schedulers=[dict(begin=-1)]), 'begin is -1'),
        (
            config(schedulers=[dict(type='LinearLR', begin=3, end=4)]),
            'is a LinearLR of one step.*Set param_scheduler.0.end to 5 or more',
        ),
        (config(schedulers=[dict(type='ConstantLR', end=1)]), 'a ConstantLR of one'),
        (config(schedulers=[dict(by_epoch=True)]), 'set param_scheduler.0.by_epoch=F'),
    ],
)
def test_schedules_that_cannot_work(cfg, message):
    with pytest.raises(ConfigError, match=message):
        check_schedule(cfg)


def test_a_run_that_is_shorter_than_its_schedule(capsys):
    warmup = dict(type='LinearLR', end=1500)
    poly = dict(type='PolyLR', begin=1500, end=160_000)
    warn_of_length(config(max_iters=4, schedulers=[warmup, poly]))
    text = capsys.readouterr().err
    assert text.count('\n') == 1
    assert 'has 4 steps, but the warm-up (param_scheduler.0) ends at 1,500' in text
    assert 'PolyLR (param_scheduler.1) ends at 160,000' in text


TRAIN = dict(train_cfg=1, train_dataloader=1, optim_wrapper=1)
VAL = dict(val_cfg=1, val_dataloader=1, val_evaluator=1)


def test_loops_with_all_parts_or_none():
    check_loops(Config(TRAIN), ('train', 'val'))
    check_loops(Config(TRAIN | VAL), ('train', 'val'))
    check_loops(Config(dict(TRAIN, val_cfg=None)), ('train', 'val'))
    with pytest.raises(ConfigError, match='no train_cfg, train_dataloader, optim'):
        check_loops(Config(VAL), ('train', 'val'))
    with pytest.raises(ConfigError, match='no test_cfg, test_dataloader'):
        check_loops(Config(TRAIN), ('test',))
    message = 'has val_dataloader and val_evaluator, but no val_cfg. To train without'
    with pytest.raises(ConfigError, match=message):
        check_loops(Config(TRAIN | VAL | dict(val_cfg=None)), ('train', 'val'))
