# SPDX-License-Identifier: Apache-2.0
"""The test has its own clock, and each part moves it by another amount."""

import time

import pytest
import torch
from torch import nn

from mmmetaformer.benchmark import Setting
from mmmetaformer.benchmark.step_parts import parts_of_step


class Takes(torch.autograd.Function):
    """The identity, which takes its time forward and backward."""

    @staticmethod
    def forward(ctx, x, clock, forward, backward):
        clock[0] += forward
        ctx.clock, ctx.backward = clock, backward
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):
        ctx.clock[0] += ctx.backward
        return gradient, None, None, None


class Backbone(nn.Module):
    def __init__(self, clock):
        super().__init__()
        self.clock = clock
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        first = Takes.apply(self.weight * x, self.clock, 1, 2)
        return [first, Takes.apply(first, self.clock, 10, 20)]


class Model(nn.Module):
    def __init__(self, clock):
        super().__init__()
        self.backbone = Backbone(clock)

    def parse_losses(self, loss):
        return loss, {}


class Optimizer:
    def __init__(self, clock):
        self.clock = clock

    def backward(self, loss):
        loss.backward()

    def step(self):
        self.clock[0] += 1000

    def zero_grad(self):
        pass


class Detector:
    """What is asked of a ConfigWorkload; `windows` are those of sliding inference."""

    setting = Setting()

    def __init__(self, clock, windows=1):
        self.clock, self.windows = clock, windows
        self.module = Model(clock)
        self.optimizer = Optimizer(clock)

    def forward(self):
        self.clock[0] += 5000
        x = torch.ones(1)
        for _ in range(self.windows):
            maps = self.module.backbone(x)
            x = sum(Takes.apply(y, self.clock, 50, 100) for y in maps)
        return x

    def infer_step(self):
        with torch.no_grad():
            self.forward()


@pytest.fixture
def clock(monkeypatch):
    now = [0]
    monkeypatch.setattr(time, 'perf_counter', lambda: now[0])
    return now


def test_training(clock):
    assert parts_of_step(Detector(clock), training=True) == {
        'images': 5000,
        'backbone': 11,
        'heads': 100,
        'heads, backward': 200,
        'backbone, backward': 22,
        'update': 1000,
    }


def test_frozen(clock):
    detector = Detector(clock)
    detector.module.backbone.requires_grad_(False)
    head = nn.Parameter(torch.ones(1))
    forward = detector.forward
    detector.forward = lambda: forward() * head
    parts = parts_of_step(detector, training=True)
    assert 'backbone, backward' not in parts
    assert not detector.module.backbone._forward_hooks


def test_inference_by_windows(clock):
    parts = parts_of_step(Detector(clock, windows=3), training=False)
    assert parts == {'images': 5000, 'backbone': 33, 'heads': 300}
