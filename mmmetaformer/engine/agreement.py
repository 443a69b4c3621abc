# SPDX-License-Identifier: Apache-2.0
"""Letting all processes of a run come to the same answer."""

from collections.abc import Callable

import torch
from mmengine.dist import (
    all_gather_object,
    all_reduce,
    broadcast_object_list,
    get_world_size,
    is_main_process,
)

from mmmetaformer.errors import ConfigError, OtherProcessError
from mmmetaformer.stop_request import REQUEST

__all__ = ['agreed_signal', 'anywhere', 'fewest', 'first_of', 'in_first_process']


def anywhere(flag: bool) -> bool:
    """Return whether a flag is set in any process; exchange signals with it.

    Hooks that ask in each step use this function, so that a step has one exchange.
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
        anywhere(False)
    agreed, REQUEST.agreed = REQUEST.agreed or 0, None
    return agreed


def fewest(number: int) -> int:
    """Return the smallest of the processes' numbers."""
    if get_world_size() == 1:
        return number
    smallest = torch.tensor(float(number))
    all_reduce(smallest, op='min')
    return int(smallest)


def first_of(message: str | None) -> str:
    """Return the same message in all processes: that of the first that has one."""
    if get_world_size() == 1:
        return str(message)
    messages = all_gather_object(message)
    first = next(rank for rank, text in enumerate(messages) if text)
    return f'process {first}: {messages[first]}'


def in_first_process(action: Callable[[], object]) -> None:
    """Call a function in the first process; the others wait for it.

    Args:
        action: The function. It uses no collective operation.

    Raises:
        ConfigError: The function raised it.
        OtherProcessError: In the other processes, if it raised anything else. The first
            process raises what the function raised.
    """
    error: Exception | None = None
    if is_main_process():
        try:
            action()
        except Exception as caught:
            error = caught
    if get_world_size() > 1:
        words = None if error is None else f'{error}' or type(error).__name__
        shared = [words, isinstance(error, ConfigError)]
        broadcast_object_list(shared)
        if error is None and shared[0] is not None:
            kind = ConfigError if shared[1] else OtherProcessError
            raise kind(shared[0])
    if error is not None:
        raise error
