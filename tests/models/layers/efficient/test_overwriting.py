# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn

from mmmetaformer.benchmark.peak import peak_above_start
from mmmetaformer.models.layers import (
    ACTIVATIONS,
    Mlp,
    Pointwise,
    StarReLU,
    overwriting,
    reference_kernels,
)
from mmmetaformer.models.token_mixers import SepConv


def overwrites(linear, act):
    x = torch.randn(2, 8, 9, 7)
    expected = act(x)
    found = overwriting(linear, act)(x)
    assert torch.equal(found, expected)
    return found.data_ptr() == x.data_ptr()


@pytest.mark.parametrize('name', ['star_relu', 'star_relu_fixed'])
@torch.no_grad()
def test_inference(name):
    assert overwrites(Pointwise(4, 8), ACTIVATIONS[name]())
    with reference_kernels():
        assert not overwrites(Pointwise(4, 8), ACTIVATIONS[name]())


def test_not_where_autograd_may_record():
    assert not overwrites(Pointwise(4, 8), StarReLU())
    assert not overwrites(Pointwise(4, 8), StarReLU(learnable=False))


@pytest.mark.parametrize('hooked', ['linear', 'act'])
@pytest.mark.parametrize('kind', ['forward', 'forward_pre'])
@torch.no_grad()
def test_not_where_a_hook_may_hold_the_input(hooked, kind):
    linear, act = Pointwise(4, 8), StarReLU()
    module = {'linear': linear, 'act': act}[hooked]
    handle = getattr(module, f'register_{kind}_hook')(lambda *_: None)
    assert not overwrites(linear, act)
    handle.remove()
    assert overwrites(linear, act)
    for_all = getattr(nn.modules.module, f'register_module_{kind}_hook')
    handle = for_all(lambda *_: None)
    assert not overwrites(linear, act)
    handle.remove()


@torch.no_grad()
def test_not_behind_a_module_that_may_return_its_input():
    assert not overwrites(nn.Identity(), StarReLU())


@pytest.mark.parametrize('name', ['gelu', 'relu'])
@torch.no_grad()
def test_not_with_activations_of_torch(name):
    assert not overwrites(Pointwise(4, 8), ACTIVATIONS[name]())


@pytest.fixture
def one_thread():
    """With several, torch's 1x1 convolutions take another way, with more memory."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures('one_thread')
@pytest.mark.parametrize(
    ('module', 'first', 'ratio'),
    [(Mlp(16, StarReLU), 'fc1', 4), (SepConv(16), 'pwconv1', 2)],
)
@torch.no_grad()
def test_modules(module, first, ratio):
    x = torch.randn(1, 16, 64, 64)
    hidden = ratio * x.nbytes
    expected = module(x)
    peak = peak_above_start(lambda: module(x), 'cpu')
    seen = []
    module.get_submodule(first).register_forward_hook(
        lambda module, inputs, output: seen.extend([output, output.clone()])
    )
    assert torch.equal(module(x), expected)
    assert torch.equal(*seen)
    if first == 'fc1':  # a depthwise convolution needs several hidden tensors anyway
        assert peak < 1.5 * hidden
        assert peak_above_start(lambda: module(x), 'cpu') >= 2 * hidden
