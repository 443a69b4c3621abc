# SPDX-License-Identifier: Apache-2.0
"""What torch makes of the backbones equals the backbones themselves."""

import pytest
import torch
from backbone_steps import FAMILIES, build, error, images, step, total_error
from torch.func import functional_call, grad, vmap
from torchvision.models.feature_extraction import create_feature_extractor

from mmmetaformer.models.layers import reference_kernels


@pytest.fixture
def _dynamo():
    yield
    torch._dynamo.reset()


@pytest.mark.usefixtures('_dynamo')
@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize('with_cp', [False, True])
def test_compiled_to_one_graph(family, with_cp):
    image = images()
    model = build(family, with_cp=with_cp)
    compiled = torch.compile(model, fullgraph=True, backend='aot_eager')
    expected = step(model, image)
    outputs, gradients = step(model, image, compiled)
    assert error(outputs, expected[0]) < 1e-5
    assert total_error(gradients, expected[1]) < 1e-4


def check_equal(found, expected):
    for ours, theirs in zip(found, expected, strict=True):
        assert all(map(torch.equal, ours, theirs))


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize('options', [{}, dict(drop_path_rate=0.5), dict(with_cp=True)])
def test_symbolic_trace(family, options):
    model = build(family, **options)
    traced = torch.fx.symbolic_trace(model)
    for image in (images(), images((64, 224))):  # one graph for all sizes
        with reference_kernels():  # graphs have PoolFormer's layer scale by itself
            torch.manual_seed(2)
            expected = step(model, image)
            torch.manual_seed(2)
            check_equal(step(model, image, traced), expected)
    with pytest.raises(ValueError, match='at least 32x32'):
        traced(images((31, 64)))


@pytest.mark.parametrize('family', FAMILIES)
def test_feature_extractor_of_torchvision(family):
    model = build(family, drop_path_rate=0.5)
    nodes = {'stages.1.0.mlp.fc1': 'hidden', 'out_norms.3': 'last'}
    with torch.no_grad():  # where activations may overwrite their input
        extractor = create_feature_extractor(model, nodes)
    image = images()
    hidden = []
    model.stages[1][0].mlp.fc1.register_forward_hook(
        lambda module, inputs, output: hidden.append(output.clone())
    )
    for training in (True, False):
        model.train(training)
        extractor.train(training)
        with torch.set_grad_enabled(training):
            torch.manual_seed(2)
            last = model(image)[3]
            torch.manual_seed(2)
            found = extractor(image)
        if training and family == 'PoolFormer':  # its layer scale is part of the MLP
            assert error([found['last']], [last]) < 1e-6
            assert error([found['hidden']], [hidden.pop()]) < 1e-6
        else:
            assert torch.equal(found['last'], last)
            assert torch.equal(found['hidden'], hidden.pop())


@pytest.mark.parametrize('family', FAMILIES)
def test_parameters_lent_for_a_forward_pass(family):
    image, model = images().double(), build(family, drop_path_rate=0.5).double()
    weights = {n: p.detach() * 1.1 for n, p in model.named_parameters()}
    results = []
    for recompute in (True, False):
        other = build(family, drop_path_rate=0.5, recompute=recompute).double()
        lent = {n: w.clone().requires_grad_() for n, w in weights.items()}
        torch.manual_seed(2)
        outputs = functional_call(other, lent, image)
        sum((out * out.sin()).sum() for out in outputs).backward()
        results.append([w.grad for w in lent.values() if w.grad is not None])
    assert total_error(*results) < 1e-12


@pytest.mark.parametrize('family', FAMILIES)
def test_functional_gradient(family):
    image = images()
    model = build(family)
    weights = {n: p for n, p in model.named_parameters() if p.requires_grad}

    def loss(weights, image):
        return sum(
            (out * out.sin()).sum() for out in functional_call(model, weights, image)
        )

    with reference_kernels():
        _, (_, *expected) = step(model, image)
    found = grad(loss)(weights, image)
    assert found.keys() == weights.keys()
    assert total_error([g.double() for g in found.values()], expected) < 1e-5
    each = vmap(grad(loss), (None, 0))(weights, image[:, None])
    total = [gradients.sum(0).double() for gradients in each.values()]
    assert total_error(total, expected) < 1e-5


@pytest.mark.parametrize('family', FAMILIES)
def test_traced_by_jit(family):
    model = build(family).eval()
    image = images()
    traced = torch.jit.trace(model, image)
    expected = step(model, image)
    outputs, gradients = step(model, image, traced)
    assert error(outputs, expected[0]) < 1e-5
    assert total_error(gradients, expected[1]) < 1e-4


@pytest.mark.parametrize('family', FAMILIES)
def test_exported(family):
    model = build(family).eval()
    image = images()
    program = torch.export.export(model, (image,))
    with torch.no_grad():
        assert error(program.module()(image), model(image)) < 1e-5
