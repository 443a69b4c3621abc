# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torchvision.ops import StochasticDepth

from mmmetaformer.models.layers import DropPath


@pytest.mark.parametrize('p', [0.0, 0.3, 0.9])
@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
@pytest.mark.parametrize('training', [True, False])
def test_equals_torchvision(p, dtype, training):
    x = torch.randn(16, 4, 3, 5).to(dtype)
    results = []
    for module in (DropPath(p), StochasticDepth(p, mode='row')):
        torch.manual_seed(3)
        results.append(module.train(training)(x))
        results.append(torch.rand(1))  # what comes next in the random stream
    ours, our_next, theirs, their_next = results
    assert ours.dtype == dtype
    assert torch.equal(ours, theirs)
    assert torch.equal(our_next, their_next)
    dropped = (ours.flatten(1) == 0).all(1).sum()
    assert (dropped > 0) == (training and p > 0)
    assert dropped < 16
