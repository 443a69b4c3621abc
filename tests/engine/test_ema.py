# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmengine.runner import Runner
from toy_run import by_epochs, by_steps

from mmmetaformer import compat
from mmmetaformer.engine.accumulation import use_accumulation
from mmmetaformer.engine.ema import MOMENTUM, use_ema
from mmmetaformer.errors import ConfigError


@pytest.fixture(autouse=True)
def _installed():
    compat.install()


def checkpoint(folder):
    path = (folder / 'last_checkpoint').read_text()
    return torch.load(path, weights_only=False)


def average(weights, momentum=MOMENTUM):
    """What the average is after these weights, one after another."""
    mean = weights[0]
    for one in weights[1:]:
        mean = (1 - momentum) * mean + momentum * one
    return mean


def weights_after_each_update(cfg):
    runner = Runner.from_cfg(cfg)
    seen = []

    def note(*_):
        if runner.optim_wrapper.should_update():
            seen.append(runner.model.linear.weight.detach().clone())

    hook = runner.hooks[0]
    after = hook.after_train_iter
    hook.after_train_iter = lambda *args, **kwargs: (note(), after(*args, **kwargs))
    runner.train()
    return seen


@pytest.mark.parametrize('passes', [1, 4])
def test_a_checkpoint_holds_the_average_of_updates(passes, tmp_path):
    cfg = by_steps(tmp_path, batch_size=16 // passes)
    if passes > 1:
        use_accumulation(cfg, passes, world_size=1)
    use_ema(cfg)
    # A large share, so that the average differs from the last weights.
    cfg.custom_hooks[-1].momentum = 0.5
    weights = weights_after_each_update(cfg)
    saved = checkpoint(tmp_path)
    assert len(weights) == 20
    plain = 'module.linear.weight'
    torch.testing.assert_close(saved['ema_state_dict'][plain], weights[-1])
    assert not torch.equal(saved['state_dict']['linear.weight'], weights[-1])
    torch.testing.assert_close(
        saved['state_dict']['linear.weight'], average(weights, 0.5)
    )


def test_resumed_in_the_middle(tmp_path):
    def run(folder, steps, resume=False):
        cfg = by_steps(folder, batch_size=16)
        cfg.train_cfg.max_iters = steps
        cfg.resume = resume
        use_ema(cfg)
        cfg.custom_hooks[-1].momentum = 0.1
        Runner.from_cfg(cfg).train()
        return checkpoint(folder)

    whole = run(tmp_path / 'whole', 20)
    run(tmp_path / 'halves', 10)
    halves = run(tmp_path / 'halves', 20, resume=True)
    for part in ('state_dict', 'ema_state_dict'):
        assert whole[part].keys() == halves[part].keys()
        for name, value in whole[part].items():
            torch.testing.assert_close(halves[part][name], value)


def test_a_second_hook_is_refused(tmp_path):
    cfg = by_epochs(tmp_path, batch_size=16)
    use_ema(cfg)
    with pytest.raises(ConfigError, match='already has an AverageHook'):
        use_ema(cfg)
