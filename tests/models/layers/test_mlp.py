# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from mmmetaformer.models.layers.mlp import Mlp


@pytest.mark.parametrize(
    ('options', 'hidden'), [({}, 24), (dict(bias=True), 24), (dict(ratio=2), 12)]
)
def test_two_linear_maps_of_each_position(options, hidden):
    mlp = Mlp(6, nn.GELU, **options).double()
    has_bias = options.get('bias', False)
    assert mlp.fc1.weight.shape == (hidden, 6)
    assert (mlp.fc1.bias is not None) is (mlp.fc2.bias is not None) is has_bias
    assert mlp.fc1.weight.std().item() == pytest.approx(0.02, rel=0.3)
    for parameter in mlp.parameters():
        nn.init.normal_(parameter)
    x = torch.randn(2, 6, 3, 5, dtype=torch.double)
    y = F.gelu(F.linear(x.movedim(1, -1), mlp.fc1.weight, mlp.fc1.bias))
    expected = F.linear(y, mlp.fc2.weight, mlp.fc2.bias).movedim(-1, 1)
    torch.testing.assert_close(mlp(x), expected)
