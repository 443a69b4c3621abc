# SPDX-License-Identifier: Apache-2.0
import pytest
import torch

from mmmetaformer.models.layers.efficient import runs_triton, triton_gpus


@pytest.mark.parametrize(
    ('spec', 'capability', 'expected'),
    [('found', (7, 0), True), ('found', (6, 1), False), (None, (9, 0), False)],
)
def test_gpus_that_run_triton(monkeypatch, spec, capability, expected):
    monkeypatch.setattr(triton_gpus.importlib.util, 'find_spec', lambda name: spec)
    monkeypatch.setattr(torch.cuda, 'get_device_capability', lambda device: capability)
    runs = triton_gpus._has_triton.__wrapped__  # without the cache
    assert runs(torch.device('cuda')) is expected


def test_tensors_that_triton_takes():
    assert not runs_triton(torch.zeros(1))
    assert not runs_triton(torch.zeros(1, device='meta'))
    assert not runs_triton('a proxy')
