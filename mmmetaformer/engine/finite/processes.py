# SPDX-License-Identifier: Apache-2.0
"""Letting all processes of a run come to the same answer."""

import torch
from mmengine.dist import all_gather_object, all_reduce, get_world_size

__all__ = ['anywhere', 'first_of']


def anywhere(bad: bool) -> bool:
    """Return whether it is so in any process."""
    if get_world_size() == 1:
        return bad
    flag = torch.tensor(float(bad))
    all_reduce(flag, op='max')
    return bool(flag)


def first_of(message: str | None) -> str:
    """Return the same message in all processes: that of the first that has one."""
    if get_world_size() == 1:
        return str(message)
    messages = all_gather_object(message)
    first = next(rank for rank, text in enumerate(messages) if text)
    return f'process {first}: {messages[first]}'
