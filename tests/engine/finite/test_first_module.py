# SPDX-License-Identifier: Apache-2.0
"""The module in which numbers stop being finite, in a model of a few layers."""

import contextlib
import math
from types import SimpleNamespace

import pytest
import torch
from mmengine.model import BaseModel
from torch import nn

from mmmetaformer.engine.finite.first_module import Batches, first_bad_module


class Logarithm(nn.Module):
    def forward(self, x):
        return {'logits': (x.log(), [x])}


class Model(BaseModel):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(2, 2), nn.Dropout(), nn.BatchNorm1d(2))
        self.head = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
        self.decode = Logarithm()

    def forward(self, x, mode):
        assert mode == 'loss'
        logits, _ = self.decode(self.head(self.backbone(x)).abs() + 1)['logits']
        return dict(loss=logits.sum())


@pytest.fixture
def model():
    return Model().train()


def first(model, x=None):
    runner = SimpleNamespace(
        model=model,
        optim_wrapper=SimpleNamespace(
            optim_context=lambda _: contextlib.nullcontext(),
        ),
    )
    x = torch.ones(4, 2) if x is None else x
    return first_bad_module(runner, dict(x=x))


def test_sound(model):
    assert first(model) is None
    assert first_bad_module(SimpleNamespace(model=model), None) is None


def test_bad_weights(model):
    model.head[0].bias.data[1] = math.nan
    assert first(model) == 'head.0, whose bias is not finite'


def test_bad_input(model):
    x = torch.ones(4, 2)
    x[0, 0] = math.inf
    assert first(model, x) == 'backbone.0, whose input is not finite'


def test_a_module_that_makes_them_in_a_dict(model):
    model.decode.forward = lambda x: {'logits': ((x - x).log(), [x])}
    assert first(model) == 'decode'


def test_what_fails_on_such_numbers_is_no_trouble(model):
    def fail(x):
        raise AssertionError('boxes are not finite')

    model.head[0].weight.data.fill_(3e38)
    model.decode.forward = fail
    assert first(model) == 'head.0'


def test_nothing_is_left_of_it(model):
    model.eval()
    random = torch.get_rng_state()
    first(model)
    assert torch.get_rng_state().equal(random)
    assert not any(part._forward_hooks for part in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_only_the_batch_of_training_is_kept(model):
    batches = Batches(model)
    model.data_preprocessor(dict(x=torch.ones(1)), True)
    assert batches.last['x'].tolist() == [1]
    batches.forget()
    model.eval()
    model.data_preprocessor(dict(x=torch.ones(1)), False)
    assert batches.last is None
