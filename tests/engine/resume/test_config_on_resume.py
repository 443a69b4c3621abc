# SPDX-License-Identifier: Apache-2.0
import copy

import pytest
import torch
from mmengine.runner import Runner
from toy_run import by_epochs, by_steps

from mmmetaformer import compat
from mmmetaformer.engine.accumulation import use_accumulation
from mmmetaformer.engine.resume import keep_config_on_resume
from mmmetaformer.errors import ConfigError

compat.install()
WARMUP = dict(type='LinearLR', start_factor=0.1, by_epoch=False, begin=0, end=3)


def poly(end, **changes):
    schedule = dict(type='PolyLR', by_epoch=False, begin=0, end=end, power=1.0)
    return {**schedule, **changes}


def ends_at(end, *schedulers, **values):
    """A change of a run in steps: its length, its schedule, and other values."""

    def change(cfg):
        cfg.train_cfg.max_iters = end
        cfg.default_hooks.checkpoint.interval = 4
        cfg.param_scheduler = list(schedulers)
        cfg.merge_from_dict(values)

    return change


def epochs_until(end, *schedulers, **values):
    def change(cfg):
        cfg.train_cfg.max_epochs = end
        cfg.param_scheduler = list(schedulers)
        cfg.merge_from_dict(values)

    return change


def steps(folder, batch_size=16):
    return by_steps(folder, batch_size)


def epochs(folder, batch_size=16):
    return by_epochs(folder, batch_size)


def train(cfg):
    """What the last group had at every update, and the weights at the end."""
    seen = []

    class Watched(Runner):
        def call_hook(self, fn_name, **kwargs):
            if fn_name == 'before_train_iter':
                group = self.optim_wrapper.param_groups[-1]
                keys = set(group) - {'params', 'initial_lr', 'initial_momentum'}
                seen.append({key: group[key] for key in keys})
            super().call_hook(fn_name, **kwargs)

    runner = Watched.from_cfg(cfg)
    runner.train()
    return seen, runner.model.state_dict()


def stop_and_resume(make, folder, first, second):
    """Return what a run resumed with another config saw, and one with it all along."""
    results = []
    for name, change, resume in (
        ('work', first, False),
        ('work', second, True),
        ('straight', second, False),
    ):
        cfg = make(folder / name)
        cfg.resume = resume
        keep_config_on_resume(cfg)
        change(cfg)
        results.append(train(cfg)[0])
    before, after, straight = results
    return after, straight[len(before) :]


ADAM = dict(_delete_=True, type='AdamW', lr=0.01)
MOMENTUM = dict(type='LinearMomentum', start_factor=0.5, by_epoch=False, begin=0)
CASES = {
    'longer': (steps, ends_at(4, poly(4)), ends_at(8, poly(8)), 'PolyLR end=4'),
    'shorter': (steps, ends_at(4, poly(20)), ends_at(8, poly(8)), 'PolyLR end=20'),
    'another power': (
        steps,
        ends_at(4, poly(8)),
        ends_at(8, poly(8, power=2.0)),
        'PolyLR power=1',
    ),
    'another kind': (
        steps,
        ends_at(4, poly(8)),
        ends_at(8, dict(type='CosineAnnealingLR', T_max=8, by_epoch=False)),
        'one with eta_min power)',
    ),
    'with warm-up': (
        steps,
        ends_at(4, WARMUP, poly(4, begin=3)),
        ends_at(8, WARMUP, poly(8, begin=3)),
        'PolyLR end=4',
    ),
    'a scheduler more': (
        steps,
        ends_at(4, poly(4)),
        ends_at(8, WARMUP, poly(8, begin=3)),
        'one with eta_min power)',
    ),
    'the first schedule': (
        steps,
        ends_at(4),
        ends_at(8, poly(8)),
        '(none)',
    ),
    'another rate': (
        steps,
        ends_at(4, poly(8)),
        ends_at(8, poly(8), **{'optim_wrapper.optimizer.lr': 0.01}),
        'lr 0.1',
    ),
    'momentum': (
        steps,
        ends_at(4, poly(8), {**MOMENTUM, 'end': 4}),
        ends_at(8, poly(8), {**MOMENTUM, 'end': 8}),
        'LinearMomentum end=4',
    ),
    'momentum of Adam': (
        steps,
        ends_at(4, {**MOMENTUM, 'end': 4}, **{'optim_wrapper.optimizer': ADAM}),
        ends_at(8, {**MOMENTUM, 'end': 8}, **{'optim_wrapper.optimizer': ADAM}),
        'LinearMomentum end=4',
    ),
    'several groups': (
        steps,
        ends_at(4, poly(4), **{'optim_wrapper.paramwise_cfg': dict(bias_lr_mult=2.0)}),
        ends_at(8, poly(8), **{'optim_wrapper.paramwise_cfg': dict(bias_lr_mult=2.0)}),
        'PolyLR end=4',
    ),
    'epochs': (
        epochs,
        epochs_until(2, WARMUP, dict(type='MultiStepLR', milestones=[1], end=2)),
        epochs_until(4, WARMUP, dict(type='MultiStepLR', milestones=[3], end=4)),
        'MultiStepLR milestones=[1] end=2',
    ),
    'epochs in steps': (
        epochs,
        epochs_until(
            2, dict(type='CosineAnnealingLR', convert_to_iter_based=True, end=2)
        ),
        epochs_until(
            4, dict(type='CosineAnnealingLR', convert_to_iter_based=True, end=4)
        ),
        'CosineAnnealingLR T_max=8 end=8',
    ),
}


@pytest.mark.parametrize('case', CASES)
def test_values_are_those_of_a_run_with_the_new_schedule(case, tmp_path, capsys):
    make, first, second, said = CASES[case]
    resumed, straight = stop_and_resume(make, tmp_path, first, second)
    assert resumed == straight
    assert len(resumed) >= 4
    lines = capsys.readouterr().err.splitlines()
    warning = next(line for line in lines if line.startswith('warning: the schedule'))
    assert said in warning
    assert "is not the config's" in warning
    assert "continuing on the config's from step" in warning
    assert 'total_iters' not in warning


def test_longer_under_accumulation(tmp_path, capsys):
    def accumulated(end):
        def change(cfg):
            ends_at(end, poly(end))(cfg)
            use_accumulation(cfg, 4, world_size=1)

        return change

    def make(folder):
        return steps(folder, batch_size=4)

    resumed, straight = stop_and_resume(make, tmp_path, accumulated(4), accumulated(8))
    assert resumed == straight
    assert len({seen['lr'] for seen in resumed}) == 4
    assert 'from step 16, lr' in capsys.readouterr().err


def test_another_number_of_passes_is_a_change(tmp_path, capsys):
    """The run goes on from the same pass, and so does its schedule."""

    def accumulated(passes):
        def change(cfg):
            ends_at(8, poly(8))(cfg)
            use_accumulation(cfg, passes, world_size=1)

        return change

    def make(folder):
        return steps(folder, batch_size=4)

    def first(cfg):
        accumulated(4)(cfg)
        cfg.train_cfg.max_iters = 16

    resumed, straight = stop_and_resume(make, tmp_path, first, accumulated(8))
    assert resumed == straight
    said = capsys.readouterr().err
    assert "PolyLR after 4 steps) is not the config's (PolyLR after 2)" in said


@pytest.mark.parametrize(
    ('make', 'first', 'second'),
    [
        (steps, ends_at(4, WARMUP, poly(8)), ends_at(8, WARMUP, poly(8))),
        (
            epochs,
            epochs_until(2, WARMUP, dict(type='StepLR', step_size=1, end=4)),
            epochs_until(4, WARMUP, dict(type='StepLR', step_size=1, end=4)),
        ),
    ],
    ids=['steps', 'epochs'],
)
def test_nothing_changes_if_nothing_differs(
    make, first, second, tmp_path, capsys, monkeypatch
):
    loaded, call_hook = [], Runner.call_hook

    def and_look(runner, fn_name, **kwargs):
        call_hook(runner, fn_name, **kwargs)
        if fn_name == 'after_load_checkpoint':
            file = (tmp_path / 'work' / 'last_checkpoint').read_text()
            saved = torch.load(file, weights_only=True)
            for checkpoint in (kwargs['checkpoint'], saved):
                # Later, the optimizer updates these tensors.
                loaded.append(
                    [repr(checkpoint[k]) for k in ('optimizer', 'param_schedulers')]
                )

    monkeypatch.setattr(Runner, 'call_hook', and_look)
    resumed, straight = stop_and_resume(make, tmp_path, first, second)
    assert resumed == straight
    assert capsys.readouterr().err.count('warning: ') == 0
    assert loaded[0] == loaded[1]


def test_other_settings_of_the_optimizer_are_the_configs(tmp_path, capsys):
    decay = {'optim_wrapper.optimizer.weight_decay': 0.5}
    resumed, straight = stop_and_resume(
        steps, tmp_path, ends_at(4, poly(8)), ends_at(8, poly(8), **decay)
    )
    assert resumed == straight
    said = capsys.readouterr().err
    assert 'has weight_decay 0, the config 0.5: continuing with the config' in said


def test_a_constant_rate_is_a_setting_too(tmp_path, capsys):
    rate = {'optim_wrapper.optimizer.lr': 0.5}
    resumed, _ = stop_and_resume(
        steps, tmp_path, ends_at(4, poly(8)), ends_at(8, **rate)
    )
    assert [one['lr'] for one in resumed] == [0.5] * 4
    assert 'lr' in capsys.readouterr().err


REFUSED = {
    'another optimizer': (
        {'optim_wrapper.optimizer': dict(_delete_=True, type='AdamW', lr=0.1)},
        r"state of another optimizer \(with dampening, .*than the config's AdamW",
    ),
    'other groups': (
        {'optim_wrapper.paramwise_cfg': dict(bias_lr_mult=2.0)},
        "has 1 parameter groups, the config's SGD has 2",
    ),
}


@pytest.mark.parametrize('case', REFUSED)
def test_a_state_that_does_not_fit_is_refused(case, tmp_path):
    values, message = REFUSED[case]
    with pytest.raises(ConfigError, match=message) as error:
        stop_and_resume(
            steps, tmp_path, ends_at(4, poly(8)), ends_at(8, poly(8), **values)
        )
    assert '--cfg-options load_from=' in str(error.value)
    assert '\n' not in str(error.value)


def test_adam_is_not_adamw(tmp_path):
    kinds = [
        {'optim_wrapper.optimizer': dict(_delete_=True, type=kind, lr=0.1)}
        for kind in ('Adam', 'AdamW')
    ]
    first, second = (
        ends_at(end, poly(8), **kind) for end, kind in zip((4, 8), kinds, strict=True)
    )
    with pytest.raises(ConfigError, match='with another decoupled_weight_decay'):
        stop_and_resume(steps, tmp_path, first, second)


def test_weights_alone_are_left_alone(tmp_path):
    """`load_from` without resume starts the schedule from the beginning."""
    cfg = steps(tmp_path / 'work')
    ends_at(4, poly(4))(cfg)
    train(cfg)
    cfg = steps(tmp_path / 'other')
    ends_at(4, poly(8))(cfg)
    cfg.load_from = str(tmp_path / 'work' / 'iter_4.pth')
    keep_config_on_resume(cfg)
    seen, _ = train(copy.deepcopy(cfg))
    assert seen[0]['lr'] == 0.1
