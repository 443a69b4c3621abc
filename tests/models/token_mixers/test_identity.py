# SPDX-License-Identifier: Apache-2.0
import torch

from mmmetaformer.models.token_mixers import Identity


def test_returns_its_input():
    mixer = Identity(4)
    x = torch.randn(2, 4, 3, 5)
    assert mixer(x) is x
    assert list(mixer.parameters()) == []
