# SPDX-License-Identifier: Apache-2.0
import signal

import pytest
import torch

from mmmetaformer.engine import agreement
from mmmetaformer.engine.agreement import agreed_signal, anywhere, fewest
from mmmetaformer.stop_request import REQUEST


@pytest.fixture
def other(monkeypatch):
    """Stand in for a second process: what it sends, and the number of exchanges."""
    sent = {'numbers': (0.0, 0.0), 'calls': 0}

    def all_reduce(tensor, op):
        sent['calls'] += 1
        theirs = torch.tensor(sent['numbers'][: tensor.numel()]).reshape(tensor.shape)
        choose = torch.maximum if op == 'max' else torch.minimum
        tensor.copy_(choose(tensor, theirs))

    monkeypatch.setattr(agreement, 'get_world_size', lambda: 2)
    monkeypatch.setattr(agreement, 'all_reduce', all_reduce)
    monkeypatch.setattr(REQUEST, 'number', 0)
    monkeypatch.setattr(REQUEST, 'agreed', None)
    return sent


def test_one_exchange_for_a_flag_and_the_signal(other):
    other['numbers'] = (1.0, float(signal.SIGTERM))
    assert anywhere(False) is True
    assert agreed_signal() == signal.SIGTERM
    assert other['calls'] == 1


def test_an_exchange_of_its_own_where_there_was_none(other):
    assert agreed_signal() == 0
    other['numbers'] = (0.0, float(signal.SIGUSR1))
    assert agreed_signal() == signal.SIGUSR1
    assert other['calls'] == 2


def test_a_signal_of_this_process_counts_only_once_all_know_it(other, monkeypatch):
    anywhere(False)
    monkeypatch.setattr(REQUEST, 'number', int(signal.SIGINT))
    assert agreed_signal() == 0
    assert agreed_signal() == signal.SIGINT


def test_fewest(other):
    other['numbers'] = (3.0,)
    assert fewest(5) == 3


def test_one_process_asks_nobody(monkeypatch):
    monkeypatch.setattr(agreement, 'all_reduce', None)
    monkeypatch.setattr(REQUEST, 'number', int(signal.SIGINT))
    assert agreed_signal() == signal.SIGINT
    assert anywhere(True) is True
    assert fewest(4) == 4
