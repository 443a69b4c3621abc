# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from torch import nn

from mmmetaformer.benchmark import Ceilings, Probe, Setting
from mmmetaformer.benchmark.workload import Workload
from mmmetaformer.errors import ConfigError


class Product(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3, 1, 1))
        self.modes = []

    def forward(self, x):
        self.modes.append((self.training, torch.is_grad_enabled()))
        return [(x * self.weight).exp()]


@pytest.fixture
def probe():
    image = torch.ones(2, 3, 4, 4)
    return Probe(Workload('product', Product(), image, Setting((4, 4), batch=2)))


@pytest.mark.parametrize('training', [True, False])
def test_kind_of_step(probe, training):
    probe.start(training)
    assert probe.seconds() > 0
    assert probe.workload.module.modes == [(training, training)]


def test_memory(probe):
    probe.start(training=True)
    probe.seconds()
    assert probe.saved_bytes() == 48 * 4  # the output of exp, for each image
    # The image, the output and its gradient at least.
    assert probe.peak_bytes() >= 3 * 96 * 4
    probe.start(training=False)
    assert probe.saved_bytes() == 0


def test_bound(probe):
    probe.start(training=False)
    slow, fast = (probe.bound_seconds(Ceilings(1e9, speed)) for speed in (1e3, 1e6))
    # The product has two inputs and an output, exp one of each.
    assert slow == pytest.approx((96 + 3 + 96 + 96 + 96) * 4 / 1e3)
    assert fast == pytest.approx(slow / 1e3)


def test_compiled_has_no_bound(probe):
    probe.name = 'product:compile'
    assert probe.bound_seconds(Ceilings(1e9, 1e9)) is None


def test_parts_are_of_configs(probe):
    with pytest.raises(ConfigError, match='product: only configs have parts'):
        probe.parts()
