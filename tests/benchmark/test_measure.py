# SPDX-License-Identifier: Apache-2.0
import time

import pytest
import torch
from torch import nn

from mmmetaformer.benchmark import Ceilings, Probe, Setting, measure
from mmmetaformer.benchmark.workload import Workload

ROOF = Ceilings(1e9, 1e9)
SETTING = Setting(size=(4, 4), batch=2)


class Slow(nn.Module):
    """Notes its turn, and takes its time by a clock of its own."""

    def __init__(self, name, seconds, turns, clock):
        super().__init__()
        self.name, self.seconds, self.turns, self.clock = name, seconds, turns, clock
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        self.turns.append(self.name)
        self.clock[0] += self.seconds
        return [(x * self.weight).exp()]


@pytest.fixture
def turns():
    return []


@pytest.fixture
def probes(turns, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(time, 'perf_counter', lambda: clock[0])
    return [
        Probe(
            Workload(
                name, Slow(name, seconds, turns, clock), torch.ones(2, 3, 4, 4), SETTING
            )
        )
        for name, seconds in (('slow', 0.5), ('fast', 0.25))
    ]


def test_figures(probes):
    slow, fast = measure(probes, 'train', SETTING, ROOF, rounds=5, warm_up=1)
    assert [slow.name, fast.name] == ['slow', 'fast']
    assert fast.seconds == (0.25,) * 5
    assert slow.speed_up == (1, 1, 1)
    assert fast.speed_up == (2, 2, 2)
    assert fast.images_per_second == 2 / 0.25
    # exp saves its output, 48 elements per image; the product's inputs exist anyway.
    assert fast.saved_bytes == 48 * 4
    # At the peak there are the image, the output and its gradient at least.
    assert fast.peak_bytes >= 3 * 96 * 4
    assert fast.share == fast.bound_seconds / 0.25 > 0


def test_inference_keeps_nothing(probes):
    result, _ = measure(probes, 'infer', SETTING, ROOF, rounds=1, warm_up=1)
    assert result.saved_bytes == 0
    assert not probes[0].workload.module.training
    assert probes[0].workload.module.weight.grad is None


def test_in_turn(probes, turns):
    measure(probes, 'infer', SETTING, ROOF, rounds=4, warm_up=1)
    # After the warm-up, and before the passes that count bytes and operations.
    assert turns[2:10] == ['slow', 'fast', 'fast', 'slow'] * 2
