# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.optim import AmpOptimWrapper, build_optim_wrapper
from mmengine.optim.optimizer import amp_optimizer_wrapper
from mmengine.runner import Runner
from torch import nn
from toy_run import RecordHook, by_steps

from mmmetaformer.engine import Float32PredictionsHook
from mmmetaformer.engine.precision import use_amp, without_amp
from mmmetaformer.errors import ConfigError

HOOK = dict(type='mmmetaformer.Float32PredictionsHook')
BF16 = dict(type='AmpOptimWrapper', dtype='bfloat16', loss_scale=1.0)
FP16 = dict(type='AmpOptimWrapper', dtype='float16', loss_scale='dynamic')
FLOAT32 = dict(type='OptimWrapper')
SGD = dict(type='SGD', lr=0.1)


def config(wrapper, **rest):
    return Config(dict(optim_wrapper=dict(wrapper, optimizer=SGD), **rest))


def wrapper_of(cfg):
    wrapper = dict(cfg.optim_wrapper)
    assert wrapper.pop('optimizer') == SGD
    return wrapper


@pytest.fixture
def gpu(monkeypatch):
    """Pretend that there is a GPU with or without bfloat16, or none."""

    def pretend(there, has_bf16=False):
        monkeypatch.setattr(torch.cuda, 'is_available', lambda: there)
        # With emulation even an old GPU has it.
        monkeypatch.setattr(
            torch.cuda,
            'is_bf16_supported',
            lambda including_emulation=True: (
                there and (has_bf16 or including_emulation)
            ),
        )

    for name in ('RANK', 'SLURM_PROCID', 'OMPI_COMM_WORLD_RANK'):
        monkeypatch.delenv(name, raising=False)
    return pretend


@pytest.fixture
def printed(capsys):
    """Return the lines printed since the last call."""
    return lambda: capsys.readouterr().out.splitlines()


@pytest.mark.parametrize('asked', [BF16, FP16, dict(FP16, loss_scale=512.0), FLOAT32])
def test_the_config_decides(gpu, printed, asked):
    gpu(True, has_bf16=True)
    cfg = config(asked)
    use_amp(cfg)
    assert wrapper_of(cfg) == asked
    assert cfg.get('custom_hooks') == (None if asked is FLOAT32 else [HOOK])
    assert printed() == []


def test_float16_needs_no_bfloat16(gpu, printed):
    gpu(True, has_bf16=False)
    cfg = config(FP16)
    use_amp(cfg)
    assert wrapper_of(cfg) == FP16
    assert printed() == []


@pytest.mark.parametrize(
    ('there', 'asked', 'reason'),
    [
        (False, BF16, 'mixed precision, which needs a CUDA GPU'),
        (False, FP16, 'mixed precision, which needs a CUDA GPU'),
        (True, BF16, 'bfloat16, which this GPU does not have; --amp trains in float16'),
    ],
)
def test_float32_where_it_cannot_run(gpu, printed, there, asked, reason):
    gpu(there, has_bf16=False)
    cfg = config(asked)
    use_amp(cfg)
    assert wrapper_of(cfg) == FLOAT32
    assert 'custom_hooks' not in cfg
    (line,) = printed()
    assert line.startswith(f'Training in float32: the config asks for {reason}')
    build_optim_wrapper(nn.Linear(1, 1), cfg.optim_wrapper)


@pytest.mark.parametrize('rank', ['RANK', 'SLURM_PROCID', 'OMPI_COMM_WORLD_RANK'])
def test_one_process_says_it(gpu, printed, monkeypatch, rank):
    gpu(False)
    for number in ('1', '0', '2'):
        monkeypatch.setenv(rank, number)
        use_amp(config(BF16))
    assert len(printed()) == 1


@pytest.mark.parametrize(
    ('has_bf16', 'asked', 'got'),
    [
        (True, FLOAT32, BF16),
        (True, {}, BF16),
        (True, BF16, BF16),
        (True, FP16, FP16),
        (False, FLOAT32, FP16),
        (False, BF16, FP16),
        (False, FP16, FP16),
    ],
)
def test_on(gpu, printed, has_bf16, asked, got):
    gpu(True, has_bf16)
    cfg = config(asked)
    use_amp(cfg, True)
    assert wrapper_of(cfg) == got
    assert cfg.custom_hooks == [HOOK]
    assert printed() == []


@pytest.mark.parametrize('asked', [FLOAT32, BF16])
def test_on_needs_a_gpu(gpu, asked):
    gpu(False)
    with pytest.raises(ConfigError, match='--amp needs a CUDA GPU'):
        use_amp(config(asked), True)


@pytest.mark.parametrize('there', [True, False])
@pytest.mark.parametrize('asked', [{}, FLOAT32, BF16, FP16])
def test_off(gpu, printed, asked, there):
    gpu(there, has_bf16=True)
    cfg = config(asked)
    use_amp(cfg, False)
    assert wrapper_of(cfg) == FLOAT32
    assert 'custom_hooks' not in cfg
    assert printed() == []


@pytest.mark.parametrize('wanted', [None, False])
def test_a_config_that_sets_the_plain_type_on_top_of_a_recipe(gpu, wanted):
    """It inherits arguments that the plain wrapper does not take."""
    gpu(True, has_bf16=True)
    cfg = config(dict(BF16, type='OptimWrapper', clip_grad=dict(max_norm=1.0)))
    use_amp(cfg, wanted)
    assert wrapper_of(cfg) == dict(FLOAT32, clip_grad=dict(max_norm=1.0))
    build_optim_wrapper(nn.Linear(1, 1), cfg.optim_wrapper)


@pytest.mark.parametrize(
    'there_already',
    [
        HOOK,
        dict(type='Float32PredictionsHook'),
        dict(type=Float32PredictionsHook),
    ],
)
def test_the_hook_is_added_once(gpu, there_already):
    gpu(True, has_bf16=True)
    hooks = [dict(type='EMAHook'), there_already]
    cfg = config(BF16, custom_hooks=hooks)
    use_amp(cfg)
    assert [dict(hook) for hook in cfg.custom_hooks] == hooks


def test_other_hooks_stay(gpu):
    gpu(True, has_bf16=True)
    other = Hook()
    cfg = config(BF16, custom_hooks=[other, dict(type='EMAHook')])
    use_amp(cfg)
    assert cfg.custom_hooks == [other, dict(type='EMAHook'), HOOK]


def test_a_type_that_is_a_class(gpu):
    gpu(False)
    cfg = config(dict(BF16, type=AmpOptimWrapper))
    use_amp(cfg)
    assert wrapper_of(cfg) == FLOAT32


def test_other_wrappers(gpu):
    gpu(True, has_bf16=True)
    apex = dict(type='ApexOptimWrapper')
    cfg = config(apex)
    use_amp(cfg)
    assert wrapper_of(cfg) == apex
    assert dict(without_amp(apex)) == apex
    for wanted in (True, False):
        with pytest.raises(ConfigError, match="type='ApexOptimWrapper'"):
            use_amp(config(apex), wanted)


def test_without_amp_leaves_its_argument_alone():
    asked = dict(BF16, optimizer=SGD)
    assert without_amp(asked) == dict(FLOAT32, optimizer=SGD)
    assert asked == dict(BF16, optimizer=SGD)


@pytest.mark.parametrize('first', [FLOAT32, BF16])
def test_resuming_in_another_precision(first, tmp_path, monkeypatch):
    """Checkpoints of before, in float32, resume under the recipes of today."""
    monkeypatch.setattr(amp_optimizer_wrapper, 'is_cuda_available', lambda: True)
    second = BF16 if first is FLOAT32 else FLOAT32
    for wrapper, steps, resume in ((first, 10, False), (second, 20, True)):
        cfg = by_steps(tmp_path, batch_size=16, steps=steps)
        cfg.optim_wrapper.update(wrapper)
        cfg.resume = resume
        runner = Runner.from_cfg(cfg)
        runner.train()
        assert type(runner.optim_wrapper).__name__ == wrapper['type']
        assert len(RecordHook.updates) == 10
    checkpoint = torch.load(tmp_path / 'iter_20.pth', weights_only=True)
    assert checkpoint['meta']['iter'] == 20
    assert ('loss_scaler' in checkpoint['optimizer']) == (second is BF16)
