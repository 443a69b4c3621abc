# SPDX-License-Identifier: Apache-2.0
"""Statistics of several processes, in one."""

import pytest
import torch
import torch.distributed as dist
from mmcv.cnn import ConvModule
from torch import nn

from mmmetaformer.segmentation import batch_statistics, norm_relu


@pytest.fixture
def group(monkeypatch):
    """A group of one process, which takes the way of several."""
    dist.init_process_group('gloo', store=dist.HashStore(), rank=0, world_size=1)
    for module in (norm_relu, batch_statistics):
        monkeypatch.setattr(module, 'processes_of', lambda _: dist.group.WORLD)
    yield dist.group.WORLD
    dist.destroy_process_group()


def module_of_two():
    torch.manual_seed(0)
    module = ConvModule(3, 4, 1, norm_cfg=dict(type='BN')).double()
    nn.init.uniform_(module.norm.weight, 0.5, 1.5)
    nn.init.normal_(module.norm.bias)
    return module


@pytest.mark.usefixtures('group')
def test_shared_statistics_are_those_of_batch_norm():
    x = torch.randn(2, 4, 5, 6, dtype=torch.float64, requires_grad=True)
    results = []
    for shared in (True, False):
        module = module_of_two()
        norm = module.norm
        run = (
            norm_relu.NormReLU(module)
            if shared
            else lambda y, norm=norm: norm(y).relu()
        )
        output = run(x)
        weights = torch.arange(output.numel()).view_as(output).double()
        leaves = (x, *norm.parameters())
        gradients = torch.autograd.grad(output, leaves, weights)
        results.append([output, *gradients, *norm.buffers()])
    for ours, plain in zip(*results, strict=True):
        torch.testing.assert_close(ours, plain, rtol=1e-9, atol=1e-9)


def test_processes_with_different_numbers_of_values(monkeypatch):
    parts = torch.randn(3, 10, dtype=torch.float64).split([2, 8], 1)
    own = [
        torch.cat([p.mean(1), p.var(1, correction=0), p.new_tensor([p.shape[1]])])
        for p in parts
    ]

    def gather(tensors, *_, **__):
        for tensor, value in zip(tensors, own, strict=True):
            tensor.copy_(value)

    monkeypatch.setattr(dist, 'get_world_size', lambda _: 2)
    monkeypatch.setattr(dist, 'all_gather', gather)
    statistics = batch_statistics._of_all(own[0], None)
    whole = torch.cat(parts, 1)
    torch.testing.assert_close(statistics.mean, whole.mean(1))
    torch.testing.assert_close(statistics.variance, whole.var(1, correction=0))
    assert statistics.count == 10
