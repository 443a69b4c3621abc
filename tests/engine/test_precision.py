# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmengine.config import Config

from mmmetaformer.engine.precision import use_amp
from mmmetaformer.errors import ConfigError

HOOK = dict(type='mmmetaformer.Float32PredictionsHook')


def wrapped(**optim_wrapper):
    return Config(dict(optim_wrapper=dict(optimizer=dict(), **optim_wrapper)))


@pytest.fixture
def gpu(monkeypatch):
    """Pretend that there is a GPU with or without bfloat16, or none."""

    def pretend(there, has_bf16=False):
        monkeypatch.setattr(torch.cuda, 'is_available', lambda: there)
        monkeypatch.setattr(
            torch.cuda, 'is_bf16_supported', lambda including_emulation: has_bf16
        )

    return pretend


@pytest.mark.parametrize('wanted', [True, None])
def test_needs_a_gpu(gpu, wanted):
    gpu(False)
    cfg = wrapped() if wanted else wrapped(type='AmpOptimWrapper')
    with pytest.raises(ConfigError, match='needs a CUDA GPU'):
        use_amp(cfg, wanted)


@pytest.mark.parametrize(
    ('has_bf16', 'dtype', 'loss_scale'),
    [(True, 'bfloat16', 1.0), (False, 'float16', 'dynamic')],
)
def test_dtype_follows_the_gpu(gpu, has_bf16, dtype, loss_scale):
    gpu(True, has_bf16)
    cfg = wrapped(type='OptimWrapper')
    use_amp(cfg, True)
    wrapper = cfg.optim_wrapper
    assert wrapper.type == 'AmpOptimWrapper'
    assert (wrapper.dtype, wrapper.loss_scale) == (dtype, loss_scale)
    assert cfg.custom_hooks == [HOOK]


@pytest.mark.parametrize(
    ('there', 'has_bf16', 'kind', 'on'),
    [
        (True, True, 'OptimWrapper', True),
        (True, False, 'OptimWrapper', False),
        (False, False, 'OptimWrapper', False),
        (True, True, 'ApexOptimWrapper', False),
    ],
)
def test_the_default_follows_the_hardware(gpu, there, has_bf16, kind, on):
    gpu(there, has_bf16)
    cfg = wrapped(type=kind)
    use_amp(cfg)
    assert cfg.optim_wrapper.type == ('AmpOptimWrapper' if on else kind)
    assert ('custom_hooks' in cfg) == on


def test_what_a_config_asks_for_stays(gpu):
    gpu(True, True)
    cfg = wrapped(type='AmpOptimWrapper', dtype='float16', loss_scale=512.0)
    use_amp(cfg)
    assert cfg.optim_wrapper.dtype == 'float16'
    assert cfg.custom_hooks == [HOOK]


def test_off(gpu):
    gpu(True, True)
    for cfg in (wrapped(), wrapped(type='AmpOptimWrapper', loss_scale='dynamic')):
        use_amp(cfg, False)
        assert cfg.optim_wrapper.get('type', 'OptimWrapper') == 'OptimWrapper'
        assert 'loss_scale' not in cfg.optim_wrapper
        assert 'custom_hooks' not in cfg


@pytest.mark.parametrize('wanted', [True, False])
def test_other_wrappers_are_refused(gpu, wanted):
    gpu(True, True)
    with pytest.raises(ConfigError, match="optim_wrapper type 'ApexOptimWrapper'"):
        use_amp(wrapped(type='ApexOptimWrapper'), wanted)
