# SPDX-License-Identifier: Apache-2.0
"""Doing something in the first process, and failing in all if it fails there."""

from collections.abc import Callable

from mmengine.dist import broadcast_object_list, get_world_size, is_main_process

from mmmetaformer.errors import ConfigError

__all__ = ['in_first_process']


def in_first_process(action: Callable[[], object]) -> None:
    """Call a function in the first process; the others wait for it.

    Args:
        action: The function. It uses no collective operation.

    Raises:
        ConfigError: The function raised it, or another process waited for a function
            that raised anything. The first process raises what the function raised.
    """
    error: Exception | None = None
    if is_main_process():
        try:
            action()
        except Exception as caught:
            error = caught
    if get_world_size() > 1:
        words = None if error is None else f'{error}' or type(error).__name__
        shared = [words]
        broadcast_object_list(shared)
        if error is None and shared[0] is not None:
            raise ConfigError(shared[0])
    if error is not None:
        raise error
