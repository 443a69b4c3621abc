# SPDX-License-Identifier: Apache-2.0
from contextlib import nullcontext

import pytest
import torch
import torch.nn.functional as F
from ways import both_ways, errors, plain, run

from mmmetaformer.complexity.saved_bytes import SavedBytes
from mmmetaformer.models.layers import ACTIVATIONS, StarReLU
from mmmetaformer.models.layers.efficient.star_relu import (
    function,
    in_chunks,
    star_relu,
    step_by_step,
)


def reference(x, scale, bias):
    return scale * F.relu(x).square() + bias


def inputs(shape=(2, 8, 9, 7), memory_format=torch.contiguous_format, scale=0.7):
    x = torch.randn(shape).contiguous(memory_format=memory_format)
    return x, torch.tensor([scale]), torch.tensor([-0.3])


@pytest.fixture(params=[in_chunks, step_by_step], ids=['in_chunks', 'step_by_step'])
def kernels(request, monkeypatch):
    monkeypatch.setattr(function, '_kernels', lambda x: request.param)
    return request.param


@pytest.mark.parametrize(
    ('shape', 'memory_format'),
    [
        ((2, 8, 9, 7), torch.contiguous_format),
        ((2, 8, 9, 7), torch.channels_last),
        ((1, 1, 1, 1), torch.channels_last),
        ((3, 5), torch.contiguous_format),
        ((2, 0, 3, 3), torch.contiguous_format),
    ],
)
@pytest.mark.parametrize('chunk', [5, 2**21])
def test_values_and_gradients(monkeypatch, kernels, shape, memory_format, chunk):
    monkeypatch.setattr(in_chunks, 'CHUNK', chunk)
    given = inputs(shape, memory_format)
    ours = run(star_relu, *given)
    exact = run(reference, *(x.double() for x in given))
    assert ours[0].stride() == ours[1].stride() == given[0].stride()
    for tensor, there in zip(ours, exact, strict=True):
        torch.testing.assert_close(tensor.double(), there, rtol=1e-5, atol=1e-5)


def test_at_zero(kernels):
    x = torch.tensor([-1.0, 0.0, 1.0])
    scale, bias = torch.tensor([2.0]), torch.tensor([0.5])
    output, d_x, *_ = run(lambda *args: star_relu(*args) * 1, x, scale, bias)
    assert output.tolist() == [0.5, 0.5, 2.5]
    assert d_x[:2].tolist() == [0, 0]


def test_scale_of_zero(kernels):
    given = inputs(scale=0.0)
    _, d_x, d_scale, _ = run(star_relu, *given)
    _, _, d_scale_there, _ = run(reference, *given)
    assert not d_x.any()
    assert torch.allclose(d_scale, d_scale_there, rtol=1e-5)


def test_layouts_that_differ(kernels):
    # A piece of a larger tensor, and a gradient that lies otherwise.
    x, scale, bias = inputs()
    whole = torch.cat([x, x], 1)

    def through(function):
        def f(whole, scale, bias):
            y = function(whole[:, 4:12], scale, bias)
            return y.transpose(2, 3).contiguous()

        return f

    ours = run(through(star_relu), whole, scale, bias)
    assert max(errors(ours, run(through(reference), whole, scale, bias))) < 1e-5


def test_gradcheck(kernels):
    given = [t.double().requires_grad_() for t in inputs((2, 3, 4, 5))]
    assert torch.autograd.gradcheck(star_relu, given)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_low_precision_is_no_less_exact_than_eager(kernels, dtype):
    torch.manual_seed(0)
    x, scale, bias = inputs((4, 64, 16, 16))
    x = x.to(dtype)
    exact = run(reference, x.double(), scale.double(), bias.double())

    def eager(*args):
        return reference(*args).to(dtype)

    ours, theirs = run(star_relu, x, scale, bias), run(eager, x, scale, bias)
    assert [t.dtype for t in ours] == [t.dtype for t in theirs]
    # Of the output and of x's gradient; the scalars' are sums of all elements.
    (out, d_x, *sums), (out_there, d_x_there, *_) = (
        errors(results, exact) for results in (ours, theirs)
    )
    assert out <= 1.01 * out_there
    assert d_x <= 1.01 * d_x_there
    assert max(sums) < torch.finfo(dtype).eps


def test_a_second_derivative_is_refused():
    x, scale, bias = (t.requires_grad_() for t in inputs())
    output = star_relu(x, scale, bias).square().sum()
    (grad,) = torch.autograd.grad(output, x, create_graph=True)
    with pytest.raises(RuntimeError, match='differentiat'):
        grad.sum().backward()


def test_keeps_its_input_alone():
    act = StarReLU()
    x = torch.randn(2, 8, 9, 7, requires_grad=True)
    kept = {}
    for context in (nullcontext, plain):
        with SavedBytes([x, *act.parameters()]) as saved, context():
            act(x)
        kept[context] = sum(saved.bytes.values())
    assert kept[nullcontext] == 0
    assert kept[plain] > x.nbytes


@pytest.mark.parametrize('name', ['star_relu', 'star_relu_fixed'])
@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
def test_the_module(name, dtype):
    act = ACTIVATIONS[name]()
    x = torch.randn(2, 8, 9, 7).to(dtype)
    ours, there = both_ways(act, x)
    assert ours[0].dtype == there[0].dtype == dtype
    assert max(errors(ours, there)) < (1e-6 if dtype == torch.float32 else 1e-2)


@pytest.mark.parametrize('name', ACTIVATIONS)
@pytest.mark.parametrize('learns', [True, False])
def test_an_activation_leaves_its_input_as_it_is(name, learns):
    act = ACTIVATIONS[name]().requires_grad_(learns)
    x = torch.randn(2, 8, 9, 7)
    before = x.clone()
    trained = x + act(x)
    with torch.no_grad():
        assert torch.equal(x + act(x), trained)
    assert torch.equal(x, before)


def test_the_choice_of_kernels():
    assert function._kernels(torch.zeros(1)) is in_chunks
    assert function._kernels(torch.zeros(1, device='meta')) is step_by_step


def test_pieces_are_views_and_cover_all(monkeypatch):
    monkeypatch.setattr(in_chunks, 'CHUNK', 7)
    x = torch.arange(2 * 3 * 4.0).view(2, 3, 4, 1)
    y = torch.zeros_like(x)
    for x_part, y_part in in_chunks.chunks(x, y):
        assert x_part.numel() <= 7
        y_part.copy_(x_part)
    assert torch.equal(x, y)


def test_channels_last_comes_in_pieces(monkeypatch):
    monkeypatch.setattr(in_chunks, 'CHUNK', 7)
    x = torch.zeros(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)
    assert [len(part) for (part,) in in_chunks.chunks(x)] == [7] * 17 + [1]


def test_tensors_that_lie_otherwise_are_one_piece():
    x = torch.zeros(2, 3, 4, 5)
    last = x.contiguous(memory_format=torch.channels_last)
    assert [len(pieces) for pieces in in_chunks.chunks(x, last)] == [2]
    for sparse in (x[:, :2], x[:1].expand(3, 3, 4, 5), x[..., ::2]):
        assert [part.shape for (part,) in in_chunks.chunks(sparse)] == [sparse.shape]
