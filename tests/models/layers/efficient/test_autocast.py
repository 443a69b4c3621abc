# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
import torch.fx

from mmmetaformer.models.layers import LayerNorm2d
from mmmetaformer.models.layers.efficient import to_autocast


@pytest.mark.parametrize('device', ['cpu', 'meta'])
def test_outside_autocast_a_tensor_stays(device):
    x = torch.zeros(2, device=device)
    assert to_autocast(x) is x


@pytest.mark.parametrize(
    ('dtype', 'expected'),
    [
        (torch.float32, torch.bfloat16),
        (torch.bfloat16, torch.bfloat16),
        (torch.float64, torch.float64),
    ],
)
def test_inside_it_has_the_precision_of_a_convolution(dtype, expected):
    x = torch.randn(1, 8, 2, 2, dtype=dtype)
    norm = LayerNorm2d(8).to(torch.promote_types(dtype, torch.float32))
    with torch.autocast('cpu', torch.bfloat16):
        assert to_autocast(x).dtype == expected
        assert torch.conv2d(x, torch.ones(1, 8, 1, 1, dtype=dtype)).dtype == expected
        assert norm(x).dtype == expected


def test_exported_graphs_have_no_cast():
    program = torch.export.export(LayerNorm2d(8), (torch.zeros(1, 8, 2, 2),))
    calls = [str(n.target) for n in program.graph.nodes if n.op == 'call_function']
    assert calls == ['aten.permute.default', 'aten.layer_norm.default', calls[0]]
    torch.fx.symbolic_trace(LayerNorm2d(8))(torch.zeros(1, 8, 2, 2))
