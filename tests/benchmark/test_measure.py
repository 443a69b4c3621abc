# SPDX-License-Identifier: Apache-2.0
import time

import pytest
import torch
from torch import nn

from mmmetaformer.benchmark import Ceilings, Setting, measure
from mmmetaformer.benchmark.workload import Workload

ROOF = Ceilings(1e9, 1e9)


class Slow(nn.Module):
    """Notes its turn, and takes its time."""

    def __init__(self, name, seconds, turns):
        super().__init__()
        self.name, self.seconds, self.turns = name, seconds, turns
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        self.turns.append(self.name)
        time.sleep(self.seconds)
        return [(x * self.weight).exp()]


@pytest.fixture
def turns():
    return []


@pytest.fixture
def workloads(turns):
    setting = Setting(size=(4, 4), batch=2)
    return [
        Workload(name, Slow(name, seconds, turns), torch.ones(2, 3, 4, 4), setting)
        for name, seconds in (('slow', 0.02), ('fast', 0.01))
    ]


def test_figures(workloads):
    slow, fast = measure(workloads, 'train', ROOF, rounds=5, warm_up=1)
    assert [slow.name, fast.name] == ['slow', 'fast']
    assert len(fast.seconds) == 5
    assert slow.ratio == (1, 1, 1)
    assert 1.2 < fast.ratio[1] < 2.8
    assert fast.images_per_second == pytest.approx(2 / fast.quartiles[1])
    # exp keeps its output for two images of 48 elements, and the product its input is
    # there anyway; at the peak the input, gradients and maps of 96 elements.
    assert fast.kept_bytes == 48 * 4
    assert fast.peak_bytes >= 3 * 96 * 4
    assert fast.bound_seconds == pytest.approx(fast.share * fast.quartiles[1])


def test_inference_keeps_nothing(workloads):
    result, _ = measure(workloads, 'infer', ROOF, rounds=1, warm_up=1)
    assert result.kept_bytes == 0
    assert not workloads[0].module.training
    assert workloads[0].module.weight.grad is None


def test_in_turn(workloads, turns):
    measure(workloads, 'infer', ROOF, rounds=4, warm_up=1)
    # After the warm-up, and before the passes that count bytes and operations.
    assert turns[2:10] == ['slow', 'fast', 'fast', 'slow'] * 2
