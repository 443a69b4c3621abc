# SPDX-License-Identifier: Apache-2.0
"""Letting all processes of a run come to the same answer."""

from mmengine.dist import all_gather_object, get_world_size

from mmmetaformer.engine.agreement import flag_and_signal

__all__ = ['anywhere', 'first_of']


def anywhere(bad: bool) -> bool:
    """Return whether it is so in any process."""
    # The one exchange of a step, so it also carries a signal to stop.
    return flag_and_signal(bad)


def first_of(message: str | None) -> str:
    """Return the same message in all processes: that of the first that has one."""
    if get_world_size() == 1:
        return str(message)
    messages = all_gather_object(message)
    first = next(rank for rank, text in enumerate(messages) if text)
    return f'process {first}: {messages[first]}'
