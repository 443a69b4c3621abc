# SPDX-License-Identifier: Apache-2.0
import torch

from mmmetaformer.models.layers.scale import Scale


def test_a_factor_for_each_channel():
    scale = Scale(3, 0.5)
    assert scale.scale.tolist() == [0.5] * 3
    assert scale.scale.requires_grad
    factors = torch.tensor([1.0, -2.0, 3.0])
    scale.load_state_dict({'scale': factors})
    x = torch.randn(2, 3, 4, 3)
    assert torch.equal(scale(x), torch.einsum('nchw,c->nchw', x, factors))
