# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn

from mmmetaformer.benchmark import Ceilings, Setting, ceilings, measure_ceilings
from mmmetaformer.benchmark.ceilings import Bound


def seconds(function, flops=1e9, bandwidth=1e9):
    with Bound(Ceilings(flops, bandwidth)) as bound:
        function()
    return bound.seconds


def test_arithmetic_or_bytes_whichever_is_more():
    a = torch.zeros(10, 20)
    b = torch.zeros(20, 30)
    moved = 4 * (200 + 600 + 300)
    assert seconds(lambda: a @ b, flops=1) == 2 * 10 * 20 * 30
    assert seconds(lambda: a @ b, bandwidth=1) == moved


def test_operations_add_up_and_views_are_free():
    a = torch.zeros(8, 8)
    assert seconds(lambda: a.view(64).exp().t(), bandwidth=1) == 4 * 2 * 64
    assert seconds(lambda: (a.exp(), a.exp()), bandwidth=1) == 4 * 4 * 64


def test_in_place_is_no_view():
    a = torch.zeros(64)
    assert seconds(lambda: a.add_(1), bandwidth=1) == 4 * 2 * 64


def test_backward_pass_of_a_grouped_convolution():
    # As much for the input's gradient and for the weight's as for the output.
    conv = nn.Conv2d(8, 8, 3, padding=1, groups=8)
    x = torch.zeros(2, 8, 5, 5, requires_grad=True)
    forward = 2 * (2 * 8 * 5 * 5) * 9
    out = conv(x)
    assert seconds(lambda: conv(x), flops=1, bandwidth=1e9) == pytest.approx(forward)
    backward = seconds(lambda: out.backward(out), flops=1)
    assert backward == pytest.approx(2 * forward, rel=1e-4)


def test_ceilings_are_in_reach(monkeypatch):
    monkeypatch.setattr(ceilings, 'REPEATS', 2)
    monkeypatch.setattr(ceilings, 'COPIED', 2**24)
    roof = measure_ceilings(Setting())
    assert 1e9 < roof.flops < 1e14
    assert 1e8 < roof.bandwidth < 1e13
