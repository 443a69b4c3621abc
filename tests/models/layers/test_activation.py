# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn

from mmmetaformer.models.layers import ACTIVATIONS, StarReLU


def test_learnable_scalars_start_at_one_and_zero():
    act = StarReLU()
    assert act.learnable
    assert {k: p.tolist() for k, p in act.named_parameters()} == dict(
        scale=[1.0], bias=[0.0]
    )
    assert list(act.state_dict()) == ['scale', 'bias']


def test_fixed_scalars_keep_mean_and_variance():
    act = ACTIVATIONS['star_relu_fixed']()
    assert not act.learnable
    assert list(act.parameters()) == []
    assert act.state_dict() == {}
    y = act(torch.randn(10**6))
    assert y.mean().item() == pytest.approx(0, abs=0.01)
    assert y.var().item() == pytest.approx(1, abs=0.02)


def test_the_input_stays_unless_it_may_be_overwritten():
    act, x = StarReLU(), torch.randn(5, 7)
    with torch.no_grad():
        y = act(x)
        assert y.data_ptr() != x.data_ptr()
        torch.testing.assert_close(y, x.clamp(min=0) ** 2)
        assert act(x, overwrite=True).data_ptr() == x.data_ptr()
        torch.testing.assert_close(x, y)


@pytest.mark.parametrize(
    ('name', 'kind'), [('star_relu', StarReLU), ('gelu', nn.GELU), ('relu', nn.ReLU)]
)
def test_names(name, kind):
    assert type(ACTIVATIONS[name]()) is kind
