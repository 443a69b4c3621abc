# SPDX-License-Identifier: Apache-2.0
import torch
from torch import nn

from mmmetaformer.benchmark.setting import Setting
from mmmetaformer.benchmark.workload import Workload


def test_gradients_stay_on_the_device():
    image = torch.zeros(2, 3, requires_grad=True)
    workload = Workload('', nn.ReLU(), image, Setting(device='meta'))
    workload.image.sum().backward()
    assert workload.image.grad.device.type == 'meta'
    assert image.grad is None


def test_a_step_leaves_no_gradients():
    workload = Workload('', nn.Linear(3, 3), torch.zeros(2, 3), Setting())
    workload.start(training=True)
    workload.train_step()
    assert all(p.grad is None for p in workload.module.parameters())
