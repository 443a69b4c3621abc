# SPDX-License-Identifier: Apache-2.0
import copy
import os
import signal

import pytest
import torch
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.registry import HOOKS, METRICS, MODELS
from mmengine.runner import Runner
from toy_run import ToyModel, by_epochs, by_steps

from mmmetaformer.engine.accumulation import use_accumulation
from mmmetaformer.engine.checkpoints import use_safe_checkpoints
from mmmetaformer.engine.ema import use_ema
from mmmetaformer.engine.signals import use_signals
from mmmetaformer.launch.command import COMMAND
from mmmetaformer.stop_request import REQUEST

pytestmark = pytest.mark.faults('SIGTERM, SIGUSR1, Ctrl-C')


@HOOKS.register_module(force=True)
class SendSignalHook(Hook):
    """Sends a signal to this process at a place of the run."""

    priority = 'LOWEST'

    def __init__(self, place, iteration, number=signal.SIGTERM):
        self.place, self.iteration, self.number = place, iteration, number
        setattr(self, place, self.send)

    def send(self, runner, *args, **kwargs):
        count = kwargs.get('batch_idx') if 'val' in self.place else runner.iter
        if count in (self.iteration, None):
            os.kill(os.getpid(), self.number)


@MODELS.register_module(force=True)
class PredictingModel(ToyModel):
    def forward(self, x, y, mode):
        return [1.0] if mode == 'predict' else super().forward(x, y, mode)


@METRICS.register_module(force=True)
class CountMetric(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results.append(1)

    def compute_metrics(self, results):
        return dict(count=len(results))


@pytest.fixture(autouse=True)
def _own_handlers(monkeypatch):
    monkeypatch.setenv(COMMAND, "tools/train.py 'my config.py'")
    # A shell lets its background jobs ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    REQUEST.install()
    yield
    REQUEST.uninstall()
    signal.signal(signal.SIGINT, before)


def validating(cfg):
    cfg.model.type = 'PredictingModel'
    cfg.val_dataloader = copy.deepcopy(cfg.train_dataloader)
    cfg.val_dataloader.dataset.images = 64
    cfg.val_cfg = dict(type='ValLoop')
    cfg.val_evaluator = dict(type='CountMetric')
    return cfg


def stopped(cfg, place, iteration, number=signal.SIGTERM):
    """Run until the signal stops the run; return the runner and its checkpoint."""
    REQUEST.install()  # again in a test with several runs
    cfg.custom_hooks.append(
        dict(type='SendSignalHook', place=place, iteration=iteration, number=number)
    )
    use_safe_checkpoints(cfg)
    use_signals(cfg)
    runner = Runner.from_cfg(cfg)
    with pytest.raises(SystemExit) as stop:
        runner.train()
    assert stop.value.code == 75
    with open(f'{cfg.work_dir}/last_checkpoint') as file:
        path = file.read()
    return runner, path, torch.load(path, weights_only=False)


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
def test_saves_at_the_end_of_the_step(tmp_path, number, capfd):
    cfg = by_steps(tmp_path, batch_size=16)
    runner, path, saved = stopped(cfg, 'before_train_iter', 3, number)
    assert path == f'{tmp_path}/iter_4.pth'
    assert (saved['meta']['iter'], saved['meta']['epoch']) == (4, 0)
    weights = runner.model.state_dict()
    assert all(torch.equal(weights[k], v) for k, v in saved['state_dict'].items())
    assert saved['optimizer']['state'][0]['momentum_buffer'] is not None
    said = capfd.readouterr()
    name = signal.Signals(number).name
    assert f'{name}: saving and stopping after this step.' in said.err
    assert f'Stopped by {name} after step 4 of 20; saved {path}.' in said.out
    assert said.out.rstrip().endswith("    tools/train.py 'my config.py' --resume")


def test_waits_for_an_update(tmp_path):
    cfg = by_steps(tmp_path, batch_size=4)
    use_accumulation(cfg, 4, 1)
    runner, _, saved = stopped(cfg, 'before_train_iter', 9)
    assert saved['meta']['iter'] == 12
    assert runner.optim_wrapper.should_update()


def test_before_a_validation_that_is_due(tmp_path):
    cfg = validating(by_steps(tmp_path, batch_size=16))
    _, _, saved = stopped(cfg, 'before_train_iter', 9)
    assert saved['meta']['iter'] == 10


def test_at_the_end_of_an_epoch(tmp_path):
    cfg = by_epochs(tmp_path, batch_size=16)
    _, _, saved = stopped(cfg, 'before_train_iter', 7)
    assert (saved['meta']['iter'], saved['meta']['epoch']) == (8, 2)


def test_in_the_middle_of_an_epoch(tmp_path):
    cfg = by_epochs(tmp_path, batch_size=16)
    _, _, saved = stopped(cfg, 'before_train_iter', 5)
    assert (saved['meta']['iter'], saved['meta']['epoch']) == (6, 1)


def test_in_a_validation_with_averaged_weights(tmp_path):
    """The checkpoint holds the same as one of the end of the step."""
    saved = []
    for place, iteration in (('before_val_iter', 1), ('before_train_iter', 9)):
        cfg = validating(by_steps(tmp_path / place, batch_size=16))
        cfg.default_hooks.checkpoint.interval = 7
        use_ema(cfg)
        cfg.randomness = dict(seed=1)
        saved.append(stopped(cfg, place, iteration)[2])
    first, second = saved
    assert first['meta']['iter'] == second['meta']['iter'] == 10
    for key in ('state_dict', 'ema_state_dict'):
        for name, value in first[key].items():
            assert torch.equal(value, second[key][name]), (key, name)
    name = 'linear.weight'
    average = first['state_dict'][name]
    assert not torch.equal(average, first['ema_state_dict'][f'module.{name}'])


def test_before_the_first_step(tmp_path, capfd):
    cfg = by_steps(tmp_path, batch_size=16)
    cfg.custom_hooks.append(
        dict(type='SendSignalHook', place='before_train', iteration=0)
    )
    use_safe_checkpoints(cfg)
    use_signals(cfg)
    runner = Runner.from_cfg(cfg)
    with pytest.raises(SystemExit) as stop:
        runner.train()
    assert stop.value.code == 128 + signal.SIGTERM
    said = capfd.readouterr().err
    assert 'stopped by SIGTERM before the first step: nothing was saved\n' in said
    assert not list(tmp_path.glob('*.pth'))


def test_a_complete_run_is_not_stopped(tmp_path):
    """Neither in its last step, nor afterwards."""
    cfg = by_steps(tmp_path, batch_size=16)
    for place in ('after_train_iter', 'after_train', 'after_run'):
        cfg.custom_hooks.append(
            dict(
                type='SendSignalHook', place=place, iteration=19 + ('iter' not in place)
            )
        )
    use_safe_checkpoints(cfg)
    use_signals(cfg)
    Runner.from_cfg(cfg).train()
    assert REQUEST.installed


def test_own_handlers_are_removed(tmp_path):
    REQUEST.uninstall()
    before = signal.getsignal(signal.SIGTERM)
    cfg = by_steps(tmp_path, batch_size=16)
    use_safe_checkpoints(cfg)
    use_signals(cfg)
    Runner.from_cfg(cfg).train()
    assert signal.getsignal(signal.SIGTERM) is before
