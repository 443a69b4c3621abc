# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmengine.config import Config

from mmmetaformer.engine import use_amp
from mmmetaformer.errors import ConfigError


def wrapped(**optim_wrapper):
    return Config(dict(optim_wrapper=dict(optimizer=dict(), **optim_wrapper)))


def test_needs_a_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    with pytest.raises(ConfigError, match='--amp needs a CUDA GPU'):
        use_amp(wrapped())


@pytest.mark.parametrize(
    ('has_bf16', 'dtype', 'loss_scale'),
    [(True, 'bfloat16', 1.0), (False, 'float16', 'dynamic')],
)
def test_dtype_follows_the_gpu(monkeypatch, has_bf16, dtype, loss_scale):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    monkeypatch.setattr(torch.cuda, 'is_bf16_supported', lambda: has_bf16)
    cfg = wrapped(type='OptimWrapper')
    use_amp(cfg)
    wrapper = cfg.optim_wrapper
    assert wrapper.type == 'AmpOptimWrapper'
    assert (wrapper.dtype, wrapper.loss_scale) == (dtype, loss_scale)


def test_other_wrappers_are_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    with pytest.raises(ConfigError, match="optim_wrapper type 'ApexOptimWrapper'"):
        use_amp(wrapped(type='ApexOptimWrapper'))
