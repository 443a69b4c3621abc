# SPDX-License-Identifier: Apache-2.0
import math
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from toy_run import by_epochs, by_steps

from mmmetaformer.engine.finite import FiniteHook, stop_at_nan
from mmmetaformer.engine.finite.numbers import bad_weights, images_of
from mmmetaformer.errors import DivergedError

pytestmark = pytest.mark.faults('NaN or infinity')


@HOOKS.register_module(force=True)
class SpoilHook(Hook):
    """Multiplies inputs or weights by NaN at some steps."""

    def __init__(self, losses=(), weights=(), factor=math.nan):
        self.losses, self.weights, self.factor = losses, weights, factor

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter + 1 in self.losses:
            data_batch['x'] *= self.factor

    priority = 'VERY_HIGH'

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        if runner.iter + 1 in self.weights:
            runner.model.linear.bias.data *= self.factor


@HOOKS.register_module(force=True)
class HarmlessHook(Hook):
    """Keeps gradients of NaN from the weights, as a loss scaler does."""

    def before_train(self, runner):
        step = runner.optim_wrapper.optimizer.step

        def skipped(*args, **kwargs):
            grads = [p.grad for p in runner.model.parameters()]
            if all(grad.isfinite().all() for grad in grads):
                step(*args, **kwargs)

        runner.optim_wrapper.optimizer.step = skipped


def run(cfg, steps=1, harmless=False, wrapper=None, **spoilt):
    cfg.custom_hooks.append(dict(type='SpoilHook', **spoilt))
    if harmless:
        cfg.custom_hooks.append(dict(type='HarmlessHook'))
    stop_at_nan(cfg, steps)
    runner = Runner.from_cfg(cfg)
    if wrapper:
        runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
        for name, value in wrapper.items():
            setattr(runner.optim_wrapper, name, value)
    runner.train()
    return runner


def saving_each_step(folder, **hook):
    cfg = by_steps(folder, batch_size=16, steps=8)
    cfg.train_cfg.val_interval = 100
    cfg.default_hooks.checkpoint.update(interval=1, **hook)
    return cfg


def saved(folder):
    return sorted(path.name for path in folder.glob('*.pth'))


@pytest.mark.parametrize(('factor', 'value'), [(math.nan, 'nan'), (1e200, 'inf')])
def test_stops_before_a_checkpoint_is_saved(tmp_path, factor, value):
    cfg = saving_each_step(tmp_path)
    with pytest.raises(DivergedError) as error:
        run(cfg, losses=(3,), factor=factor)
    said = str(error.value)
    place = '; first in linear, whose input is not finite' if value == 'nan' else ''
    assert said.startswith(
        f'loss is {value} at step 3 of 8 (lr 0.0505{place}). Lower the'
    )
    assert said.endswith(f'The last checkpoint, {tmp_path}/iter_2.pth, is from before.')
    assert '\n' not in said
    assert saved(tmp_path) == ['iter_1.pth', 'iter_2.pth']


def test_the_last_good_checkpoint_is_not_pruned(tmp_path):
    with pytest.raises(DivergedError):
        run(saving_each_step(tmp_path, max_keep_ckpts=1), losses=(3,))
    assert saved(tmp_path) == ['iter_2.pth']
    with pytest.raises(DivergedError):
        run(saving_each_step(tmp_path / 'w', max_keep_ckpts=1), weights=(3,))
    assert saved(tmp_path / 'w') == ['iter_2.pth']


@pytest.mark.parametrize('steps', [1, 0])
def test_weights_behind_a_sound_loss_are_not_saved(steps, tmp_path):
    """Also if the run is not to stop."""
    with pytest.raises(DivergedError) as error:
        run(saving_each_step(tmp_path), steps=steps, weights=(3,))
    assert str(error.value).startswith(
        '1 weights are not finite after step 3 (linear.bias), and are not saved. Lower'
    )
    assert saved(tmp_path) == ['iter_1.pth', 'iter_2.pth']


def test_weights_at_the_end_of_an_epoch(tmp_path):
    cfg = by_epochs(tmp_path, batch_size=16)
    with pytest.raises(DivergedError, match='not finite after step 8'):
        run(cfg, weights=(8,))
    assert saved(tmp_path) == ['epoch_1.pth']


def test_weights_are_not_validated():
    model = torch.nn.Linear(2, 2)
    runner = SimpleNamespace(
        model=model, iter=7, message_hub=SimpleNamespace(runtime_info={})
    )
    FiniteHook().before_val_epoch(runner)
    model.weight.data[0, 0] = math.inf
    with pytest.raises(DivergedError, match='after step 7'):
        FiniteHook().before_val_epoch(runner)


def test_several_in_a_row(tmp_path):
    run(saving_each_step(tmp_path), steps=3, harmless=True, losses=(2, 3, 5, 6))
    cfg = saving_each_step(tmp_path / 'in_a_row')
    with pytest.raises(DivergedError, match='at step 7 of 8'):
        run(cfg, steps=3, harmless=True, losses=(2, 3, 5, 6, 7))


def test_switched_off(tmp_path):
    run(saving_each_step(tmp_path), steps=0, losses=(3,))
    assert 'iter_8.pth' in saved(tmp_path)
    with pytest.raises(ValueError, match='got -1'):
        FiniteHook(steps=-1)


class Scaler:
    def __init__(self, scale, enabled=True):
        self.scale, self.enabled = scale, enabled

    def is_enabled(self):
        return self.enabled

    def get_scale(self):
        return self.scale


@pytest.mark.parametrize(
    ('scaler', 'static', 'stops'),
    [
        (Scaler(65536.0), None, False),
        (Scaler(1.0), None, True),  # no scale is small enough
        (Scaler(1.0), 1.0, True),  # bfloat16
        (Scaler(512.0), 512.0, True),
        (Scaler(1.0, enabled=False), None, True),
    ],
)
def test_skipped_steps_of_a_loss_scaler_do_not_count(tmp_path, scaler, static, stops):
    wrapper = dict(loss_scaler=scaler, _scale_update_param=static)
    cfg = saving_each_step(tmp_path)
    if stops:
        with pytest.raises(DivergedError, match='at step 3'):
            run(cfg, harmless=True, losses=(3, 4), wrapper=wrapper)
    else:
        run(cfg, harmless=True, losses=(3, 4), wrapper=wrapper)


def test_the_norm_of_the_gradients(tmp_path):
    """A sound loss whose gradients are not, before their weights are saved."""
    cfg = saving_each_step(tmp_path)
    cfg.optim_wrapper.clip_grad = dict(max_norm=1.0)
    cfg.custom_hooks.append(dict(type='NanGradientHook'))
    with pytest.raises(DivergedError, match='^grad_norm is nan at step 3'):
        run(cfg)


@HOOKS.register_module(force=True)
class NanGradientHook(Hook):
    """Spoils the gradient of the bias at some steps, behind a sound loss."""

    def __init__(self, at=(3,), factor=math.nan):
        self.at, self.factor = at, factor

    def before_train(self, runner):
        def spoil(grad):
            return grad * self.factor if runner.iter + 1 in self.at else grad

        runner.model.linear.bias.register_hook(spoil)


@pytest.mark.parametrize('factor', [math.nan, math.inf])
def test_gradients_behind_a_sound_loss(tmp_path, factor):
    cfg = saving_each_step(tmp_path)
    cfg.custom_hooks.append(dict(type='NanGradientHook', factor=factor))
    with pytest.raises(DivergedError) as error:
        run(cfg)
    assert str(error.value).startswith(
        'the gradient of linear.bias is not finite at step 3 of 8 (lr 0.0505). Lower'
    )
    assert saved(tmp_path) == ['iter_1.pth', 'iter_2.pth']


def test_an_update_without_a_sound_gradient_is_left_out(tmp_path):
    cfg = saving_each_step(tmp_path)
    cfg.custom_hooks.append(dict(type='NanGradientHook', at=(3, 5)))
    runner = run(cfg, steps=2)
    assert bad_weights(runner.model) == []
    states = [
        torch.load(tmp_path / f'iter_{step}.pth', weights_only=True)
        for step in (2, 3, 4)
    ]
    before, at, after = (state['state_dict']['linear.weight'] for state in states)
    assert before.equal(at)
    assert not at.equal(after)


def test_spoilt_losses_of_some_steps_are_survived(tmp_path):
    runner = run(saving_each_step(tmp_path), steps=3, losses=(2, 3, 5, 6))
    assert bad_weights(runner.model) == []
    cfg = saving_each_step(tmp_path / 'in_a_row')
    with pytest.raises(DivergedError, match='at step 7 of 8'):
        run(cfg, steps=3, losses=(2, 3, 5, 6, 7))


@pytest.mark.parametrize(
    ('scaler', 'static', 'stops'),
    [(Scaler(65536.0), None, False), (Scaler(1.0), 1.0, True)],
)
def test_gradients_that_a_loss_scaler_skips(tmp_path, scaler, static, stops):
    wrapper = dict(loss_scaler=scaler, _scale_update_param=static)
    cfg = saving_each_step(tmp_path)
    cfg.custom_hooks.append(dict(type='NanGradientHook'))
    if not stops:
        run(cfg, harmless=True, wrapper=wrapper)
        return
    with pytest.raises(DivergedError, match='^the gradient of some parameters is not'):
        run(cfg, harmless=True, wrapper=wrapper)


@pytest.mark.parametrize('kind', [None, 'value'])
def test_gradients_that_are_clipped_by_value(tmp_path, kind):
    cfg = saving_each_step(tmp_path)
    if kind:
        cfg.optim_wrapper.clip_grad = dict(type=kind, clip_value=1.0)
    cfg.custom_hooks.append(dict(type='NanGradientHook'))
    with pytest.raises(DivergedError, match='^the gradient of linear.bias is not'):
        run(cfg)


def test_sound_runs_are_the_same(tmp_path):
    """With the hook and without it, to the bit."""
    runs = [
        run(saving_each_step(tmp_path / str(steps)), steps=steps) for steps in (0, 1)
    ]
    without, with_it = (runner.model.state_dict() for runner in runs)
    assert all(without[key].equal(with_it[key]) for key in without)


def test_only_losses_count(tmp_path):
    """An accuracy without any pixel may be NaN."""
    cfg = saving_each_step(tmp_path)
    cfg.custom_hooks.append(dict(type='NanAccuracyHook'))
    run(cfg)


@HOOKS.register_module(force=True)
class NanAccuracyHook(Hook):
    priority = 'HIGHEST'

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        outputs['acc'] = torch.tensor(math.nan)


def test_reads_no_loss_again(tmp_path, monkeypatch):
    """mmengine reads each loss once, for its log; losses are not read again."""
    reads = []
    item = torch.Tensor.item
    monkeypatch.setattr(torch.Tensor, 'item', lambda t: reads.append(1) or item(t))
    counts = []
    for steps in (0, 1):
        cfg = by_steps(tmp_path / str(steps), batch_size=16, steps=8)
        cfg.default_hooks = {}
        cfg.default_hooks.checkpoint = None
        reads.clear()
        run(cfg, steps=steps)
        counts.append(len(reads))
    assert counts[0] == counts[1]
    assert counts[0] >= 8


def test_masks_of_attention_may_be_infinite():
    model = torch.nn.BatchNorm1d(2)
    model.register_buffer('mask', torch.full((2,), -math.inf))
    assert bad_weights(model) == []
    model.running_var[0] = math.inf
    assert bad_weights(model) == ['running_var']


def test_large_weights_are_finite():
    model = torch.nn.Linear(4, 4)
    model.weight.data.fill_(3e38)  # their sum is not
    assert bad_weights(model) == []
    assert bad_weights(model.half()) == ['weight']
    assert bad_weights(torch.nn.ReLU()) == []


def test_images_of_a_batch():
    samples = [SimpleNamespace(img_path='a.jpg'), SimpleNamespace()]
    assert list(images_of(dict(data_samples=samples))) == ['a.jpg']
    assert list(images_of(dict(data_samples=dict(teacher=samples)))) == []
    assert list(images_of([1, 2])) == []
    assert list(images_of(None)) == []


@pytest.mark.parametrize(('steps', 'expected'), [(None, [5]), (3, [3]), (0, [0])])
def test_the_option_replaces_the_hook_of_a_config(steps, expected):
    hook = dict(type='mmmetaformer.FiniteHook', steps=5)
    cfg = Config(dict(custom_hooks=[hook]))
    stop_at_nan(cfg, steps)
    assert [one['steps'] for one in cfg.custom_hooks] == expected
