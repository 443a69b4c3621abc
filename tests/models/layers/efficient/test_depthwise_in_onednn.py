# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
import torch._dynamo.testing
from torch.utils.flop_counter import FlopCounterMode
from ways import both_ways, errors

from mmmetaformer.models.layers import Depthwise
from mmmetaformer.models.layers.efficient.depthwise import in_onednn
from mmmetaformer.models.layers.efficient.onednn import HAS_ONEDNN


def forward_of(layer):
    def forward(x, weight):
        return torch.func.functional_call(layer, {'weight': weight}, x)

    return forward


@pytest.mark.parametrize('size', [(16, 16), (7, 9), (1, 1), (2, 40), (40, 2), (33, 21)])
@pytest.mark.parametrize('kernel_size', [3, 7])
@pytest.mark.parametrize(
    'memory_format', [torch.contiguous_format, torch.channels_last]
)
@pytest.mark.parametrize(
    ('positions', 'elements', 'lanes'), [(2**14, 2**18, 16), (100, 400, 4), (1, 1, 3)]
)
def test_values_and_gradients(
    monkeypatch, size, kernel_size, memory_format, positions, elements, lanes
):
    monkeypatch.setattr(in_onednn, 'POSITIONS', positions)
    monkeypatch.setattr(in_onednn, 'ELEMENTS', elements)
    monkeypatch.setattr(in_onednn, 'LANES', lanes)
    layer = Depthwise(8, kernel_size)
    x = torch.randn(2, 8, *size).contiguous(memory_format=memory_format)
    ours, plainly = both_ways(forward_of(layer), x, layer.weight)
    exact = both_ways(forward_of(layer.double()), x.double(), layer.weight)[1]
    assert torch.equal(ours[0], plainly[0])
    assert max(errors(ours, exact)) < 1e-6


def test_accuracy_at_the_size_of_a_large_image():
    layer = Depthwise(4, 7)
    x = torch.randn(1, 4, 200, 334)
    ours = both_ways(forward_of(layer), x, layer.weight)[0]
    exact = both_ways(forward_of(layer.double()), x.double(), layer.weight)[1]
    assert max(errors(ours, exact)) < 1e-5


def takes_the_kernel(layer, x):
    return '_DepthwiseConv2d' in type(layer(x).grad_fn).__name__


@pytest.mark.skipif(not HAS_ONEDNN, reason='needs oneDNN')
def test_the_choice():
    layer = Depthwise(8, 7)
    x = torch.randn(1, 8, 16, 16)
    assert takes_the_kernel(layer, x)
    with torch.autocast('cpu', torch.bfloat16):
        assert not takes_the_kernel(layer, x)
        assert not takes_the_kernel(layer, x.bfloat16())
    assert not takes_the_kernel(layer.double(), x.double())


@pytest.mark.parametrize('frozen', ['x', 'weight'])
def test_what_is_frozen_takes_no_gradient(frozen):
    layer = Depthwise(8, 7)
    x = torch.randn(1, 8, 16, 16, requires_grad=frozen != 'x')
    layer.weight.requires_grad_(frozen != 'weight')
    layer(x).sum().backward()
    assert (x.grad is None) == (frozen == 'x')
    assert (layer.weight.grad is None) == (frozen == 'weight')


@pytest.mark.skipif(not HAS_ONEDNN, reason='needs oneDNN')
def test_compiled():
    layer = Depthwise(8, 7)
    graphs = torch._dynamo.testing.CompileCounterWithBackend('aot_eager')
    compiled = torch.compile(layer, fullgraph=True, backend=graphs, dynamic=True)
    for size in ((20, 24), (24, 20), (23, 21)):
        x = torch.randn(2, 8, *size, requires_grad=True)
        out = compiled(x)
        grad = torch.randn_like(out)
        found = torch.autograd.grad(out, (x, layer.weight), grad)
        expected = torch.autograd.grad(layer(x), (x, layer.weight), grad)
        assert all(map(torch.equal, found, expected))
    assert graphs.frame_count == 1  # for all sizes
    torch._dynamo.reset()


def test_operation_of_its_own():
    x, grad = torch.randn(2, 2, 8, 20, 24)
    op = torch.ops.mmmetaformer.depthwise_weight_gradient
    torch.library.opcheck(op.default, (x, grad, 3))
    with FlopCounterMode(display=False) as counter:
        op(x, grad, 3)
    # As many as torch counts for the forward pass.
    assert counter.get_total_flops() == 2 * x.numel() * 49


def test_plain_where_exported():
    layer = Depthwise(8, 7)
    image = torch.randn(1, 8, 16, 16, requires_grad=True)
    program = torch.export.export(layer, (image,), strict=False)
    calls = [n.target for n in program.graph.nodes if n.op == 'call_function']
    assert calls == [torch.ops.aten.conv2d.default]


def test_backward_pass_inside_autocast():
    layer = Depthwise(8, 7)
    x = torch.randn(1, 8, 20, 24)
    grad = torch.randn_like(x)
    (expected,) = torch.autograd.grad(layer(x), layer.weight, grad)
    out = layer(x)
    with torch.autocast('cpu', torch.bfloat16):
        (found,) = torch.autograd.grad(out, layer.weight, grad)
    assert torch.equal(found, expected)
