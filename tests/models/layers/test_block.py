# SPDX-License-Identifier: Apache-2.0
import copy

import pytest
import torch
from torch import nn

from mmmetaformer.complexity.saved_bytes import SavedBytes
from mmmetaformer.models.layers import NORMS, DropPath, MetaFormerBlock
from mmmetaformer.models.layers.block import _with_fixed_numbers
from mmmetaformer.models.token_mixers import Pooling


def block(**options):
    mixer = nn.Conv2d(6, 6, 3, padding=1)
    return MetaFormerBlock(6, mixer, NORMS['gn'], nn.GELU, **options)


@pytest.mark.parametrize('layer_scale', [None, 0.5])
@pytest.mark.parametrize('res_scale', [None, 2.0])
def test_the_equation(layer_scale, res_scale):
    net = block(layer_scale=layer_scale, res_scale=res_scale, drop_path=0.9)
    net = net.double().eval()
    for name, parameter in net.named_parameters():
        if '_scale' in name:
            start = layer_scale if 'layer' in name else res_scale
            assert parameter.tolist() == [start] * 6
        nn.init.normal_(parameter)

    def times(name, y):
        factors = getattr(getattr(net, name), 'scale', None)
        return y if factors is None else factors[:, None, None] * y

    x = torch.randn(2, 6, 4, 5, dtype=torch.double)
    mixed = net.token_mixer(net.norm1(x))
    y = times('res_scale1', x) + times('layer_scale1', mixed)
    expected = times('res_scale2', y) + times('layer_scale2', net.mlp(net.norm2(y)))
    torch.testing.assert_close(net(x), expected)
    number = 2 * (layer_scale is not None) + 2 * (res_scale is not None)
    assert sum('_scale' in name for name, _ in net.named_parameters()) == number


@pytest.mark.parametrize(
    ('options', 'has_bias'), [({}, False), (dict(mlp_bias=True), True)]
)
def test_biases_of_the_mlp(options, has_bias):
    assert (block(**options).mlp.fc1.bias is not None) is has_bias


def test_an_image_skips_one_branch_or_the_other():
    net = block(drop_path=0.5, layer_scale=1.0, res_scale=1.0)
    assert isinstance(net.drop_path1, DropPath)
    x = torch.randn(1, 6, 4, 5).expand(64, -1, -1, -1)
    outputs = net(x).detach().unique(dim=0)
    assert len(outputs) == 4  # neither, the first, the second, both
    assert any(torch.equal(output, x[0]) for output in outputs)
    assert not any(isinstance(m, DropPath) for m in block(drop_path=0.0).modules())


def pooling_block(dim=6, layer_scale=0.5, **options):
    torch.manual_seed(0)
    net = MetaFormerBlock(
        dim, Pooling(dim), NORMS['gn'], nn.GELU, True, layer_scale, **options
    )
    for parameter in net.parameters():
        nn.init.normal_(parameter)
    return net


def without_recomputation(net):
    net.recompute = net.mlp.recompute = False
    return net


def step(net, x):
    """Output and gradients of x and all parameters but norm1's bias, which is 0."""
    torch.manual_seed(3)  # of the stochastic depth
    x = x.detach().requires_grad_()
    y = net(x)
    leaves = [x, *(p for n, p in net.named_parameters() if n != 'norm1.bias')]
    return [y, *torch.autograd.grad((y.float() * y.float().sin()).sum(), leaves)]


def error(results, references):
    pairs = zip(results, references, strict=True)
    errors = [(a - b).double().norm() / b.double().norm() for a, b in pairs]
    return float(torch.stack(errors).max())  # NaN if one is


@pytest.mark.parametrize('layer_scale', [None, 1e-5, 0.5])
@pytest.mark.parametrize('res_scale', [None, 2.0])
@pytest.mark.parametrize('drop_path', [0.0, 0.5])
@pytest.mark.parametrize('training', [True, False])
def test_a_cheap_mixer_is_computed_again(layer_scale, res_scale, drop_path, training):
    options = dict(layer_scale=layer_scale, res_scale=res_scale, drop_path=drop_path)
    net = pooling_block(**options).double().train(training)
    plain = without_recomputation(copy.deepcopy(net))
    x = torch.randn(8, 6, 5, 7, dtype=torch.double)
    assert error(step(net, x), step(plain, x)) < 1e-13


def test_it_saves_its_input_and_the_hidden_tensor():
    dim = 100  # too many channels for a hidden tensor that is computed again
    x = torch.randn(2, dim, 6, 5, requires_grad=True)
    for layer_scale in (0.5, None):
        net = pooling_block(dim, layer_scale)
        with SavedBytes([*net.parameters(), x]) as saved:
            net(x)
        assert 4 <= sum(saved.bytes.values()) / x.nbytes < 5


@pytest.mark.parametrize(
    'name',
    [
        'norm1',
        'token_mixer',
        'layer_scale1',
        'drop_path1',
        'res_scale1',
        'mlp',
        'mlp.fc2',
        'layer_scale2',
    ],
)
def test_hooks_are_called_once_with_what_is_theirs(name):
    net = pooling_block(drop_path=0.5, res_scale=1.0).double()
    plain = without_recomputation(copy.deepcopy(net))
    x = torch.randn(4, 6, 5, 7, dtype=torch.double)
    seen = []
    for block_ in (net, plain):
        block_.get_submodule(name).register_forward_hook(
            lambda _, inputs, output: seen.append(output.detach())
        )
        step(block_, x)
    # Norms run again, with their hooks.
    assert len(seen) == (3 if name == 'norm1' else 2)
    torch.testing.assert_close(seen[0], seen[-1])


@pytest.mark.parametrize(
    ('dtype', 'tolerance'), [(torch.bfloat16, 0.02), (torch.float16, 0.002)]
)
def test_a_small_layer_scale_in_half_precision(dtype, tolerance):
    net = pooling_block()
    with torch.no_grad():
        net.layer_scale2.scale.mul_(1e-7)  # times a weight it is 0 in float16
    x = torch.randn(2, 6, 5, 7)

    def branch(net, x):
        return net._branch(x, net.norm2, net.mlp, net.layer_scale2)

    expected = branch(copy.deepcopy(net).double(), x.double())
    with torch.autocast('cpu', dtype):
        found = branch(net, x)
    assert found.dtype == torch.float32
    assert float((found - expected).norm() / expected.norm()) < tolerance


REPLACED = {
    'layer_scale1': nn.Dropout(0.3),
    'drop_path1': nn.Dropout2d(0.3),
    'res_scale1': nn.BatchNorm2d(6),
}


@pytest.mark.parametrize('name', REPLACED)
def test_what_users_put_in_its_place_runs_once(name):
    net = pooling_block(res_scale=1.0)
    setattr(net, name, copy.deepcopy(REPLACED[name]))
    plain = without_recomputation(copy.deepcopy(net))
    x = torch.randn(4, 6, 5, 7)
    assert error(step(net, x), step(plain, x)) < 1e-5
    for ours, theirs in zip(net.buffers(), plain.buffers(), strict=True):
        assert torch.equal(ours, theirs)


def test_stochastic_depth_divides_in_the_precision_of_the_branch():
    drop_path = DropPath(0.3)
    branch = torch.randn(8, 6, 5, 7)
    torch.manual_seed(1)
    expected = drop_path(branch)
    torch.manual_seed(1)
    found = _with_fixed_numbers(drop_path, branch.bfloat16())(branch)
    assert torch.equal(found, expected)
