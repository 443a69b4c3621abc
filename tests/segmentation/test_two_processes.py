# SPDX-License-Identifier: Apache-2.0
"""Norm and ReLU with SyncBN in two processes against BN over both parts of a batch."""

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from mmcv.cnn import ConvModule
from torch import nn

from mmmetaformer import compat

IMAGES = torch.linspace(-1, 2, 6 * 3 * 4 * 5).sin().view(6, 3, 4, 5).double()
WEIGHTS = torch.linspace(-1, 1, 6 * 3 * 4 * 5).exp().view(6, 3, 4, 5).double()


def module_with(norm):
    module = ConvModule(3, 3, 1, norm_cfg=dict(type=norm)).double()
    with torch.no_grad():
        module.norm.weight.copy_(torch.tensor([0.5, 1.0, 2.0]))
        module.norm.bias.copy_(torch.tensor([0.1, -0.2, 0.3]))
    return module


def gradients_of(output, x, norm, weights):
    return torch.autograd.grad(output, (x, norm.weight, norm.bias), weights)


def part_of(rank, store, folder):
    compat.install()
    from mmmetaformer.segmentation.norm_relu import NormReLU

    dist.init_process_group(
        'gloo', init_method=f'file://{store}', rank=rank, world_size=2
    )
    rows = slice(0, 2) if rank == 0 else slice(2, 6)
    module = module_with('SyncBN')
    assert isinstance(module.norm, nn.SyncBatchNorm)
    x = IMAGES[rows].requires_grad_()
    normalize = NormReLU(module)
    output = normalize(x)
    assert torch.equal(normalize(x), output)  # computed again, counted once
    d_x, d_weight, d_bias = gradients_of(output, x, module.norm, WEIGHTS[rows])
    for gradient in (d_weight, d_bias):
        dist.all_reduce(gradient)
    found = output.detach(), d_x, d_weight, d_bias, *module.norm.buffers()
    torch.save(found, folder / f'{rank}.pt')
    dist.barrier()
    dist.destroy_process_group()


@pytest.mark.slow
def test_sync_bn_is_bn_over_all_images(tmp_path):
    mp.spawn(part_of, (tmp_path / 'store', tmp_path), nprocs=2)
    norm, x = module_with('BN').norm, IMAGES.clone().requires_grad_()
    output = norm(x).relu()
    expected = output, *gradients_of(output, x, norm, WEIGHTS), *norm.buffers()
    parts = [torch.load(tmp_path / f'{rank}.pt') for rank in range(2)]
    for i, value in enumerate(expected):
        if i < 2:
            ours = torch.cat([part[i] for part in parts])
            torch.testing.assert_close(ours, value, rtol=1e-12, atol=1e-12)
        else:
            for part in parts:
                torch.testing.assert_close(part[i], value, rtol=1e-12, atol=1e-12)
