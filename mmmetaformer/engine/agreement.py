# SPDX-License-Identifier: Apache-2.0
"""Letting all processes of a run stop after the same step."""

import torch
from mmengine.dist import all_reduce, get_world_size

from mmmetaformer.stop_request import REQUEST

__all__ = ['agreed_signal', 'fewest', 'flag_and_signal']


def flag_and_signal(flag: bool) -> bool:
    """Return whether a flag is set in any process; exchange signals with it.

    Hooks that ask in each step use this one, so that a step has one exchange.
    """
    if get_world_size() == 1:
        return flag
    both = torch.tensor([float(flag), float(REQUEST.number)])
    all_reduce(both, op='max')
    REQUEST.agreed = max(REQUEST.agreed or 0, int(both[1]))
    return bool(both[0])


def agreed_signal() -> int:
    """Return the signal that any process had received at the last exchange, or 0.

    Exchanges now if nobody did since the last call.
    """
    if get_world_size() == 1:
        return REQUEST.number
    if REQUEST.agreed is None:
        flag_and_signal(False)
    agreed, REQUEST.agreed = REQUEST.agreed or 0, None
    return agreed


def fewest(number: int) -> int:
    """Return the smallest of the processes' numbers."""
    if get_world_size() == 1:
        return number
    smallest = torch.tensor(float(number))
    all_reduce(smallest, op='min')
    return int(smallest)
