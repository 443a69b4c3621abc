# SPDX-License-Identifier: Apache-2.0
import torch

from mmmetaformer.benchmark.peak import peak_above_start

MEGA = 1_000_000


def test_the_most_at_one_time():
    def step():
        a = torch.ones(MEGA, dtype=torch.uint8)
        b = torch.cat([a, a])  # 3 MB here
        del a
        c = torch.cat([b, b, b])  # 8 MB here
        del b, c
        torch.ones(2 * MEGA, dtype=torch.uint8)

    assert 8 * MEGA <= peak_above_start(step, 'cpu') < 8.001 * MEGA


def test_what_is_there_before_does_not_count():
    there = torch.ones(50 * MEGA, dtype=torch.uint8)
    peak = peak_above_start(lambda: there[:MEGA].clone(), 'cpu')
    assert MEGA <= peak < 1.001 * MEGA
