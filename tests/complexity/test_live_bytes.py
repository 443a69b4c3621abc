# SPDX-License-Identifier: Apache-2.0
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from mmmetaformer.complexity.live_bytes import LiveBytes

MB = 2**20


def work(x):
    y = x + 1  # 4 MB
    y = y * 2  # 8 at the peak, then 4
    return y[:1].clone()


def test_counts_what_is_alive_at_one_time():
    x = torch.zeros(MB)
    with LiveBytes([x]) as live:
        out = work(x)
    assert (live.peak, live.now) == (8 * MB, out.nbytes)
    del out
    assert live.now == 0


def test_the_backward_pass_on_fake_tensors():
    with FakeTensorMode(), LiveBytes([]) as live:
        x = torch.zeros(MB, requires_grad=True)
        x.exp().sum().backward()
        # x, the result, which is saved, and its gradient times it.
        assert 0 <= live.peak - 12 * MB < 100
        assert x.grad is not None
        assert 0 <= live.now - 8 * MB < 100


def test_views_and_writes_in_place_take_nothing():
    x = torch.zeros(4, 8)
    with LiveBytes([x]) as live:
        nn.functional.relu(x.t()[1:], inplace=True)
    assert live.peak == 0
