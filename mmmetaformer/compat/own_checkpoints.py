# SPDX-License-Identifier: Apache-2.0
"""Which checkpoints a run's `CheckpointHook` can have written.

A part of `resumed_info`, and to be removed with it.
"""

import os
from collections.abc import Iterable
from typing import Any

from mmengine.fileio import join_path
from mmengine.hooks import CheckpointHook

from mmmetaformer.checkpoint_names import BETWEEN, best_pattern, folder_in, pattern_of

__all__ = ['own_ids', 'own_path']


def own_path(value: Any, hooks: Iterable[CheckpointHook], work_dir: str) -> str | None:
    """Return the path of this name in the folder of a hook that writes such names.

    Args:
        value: What the checkpoint says.
        hooks: The run's.
        work_dir: The run's.

    Returns:
        The path; None if no hook writes such a name, or if it is a folder.
    """
    if not isinstance(value, str):
        return None
    for hook in hooks:
        folder = _folder_of(hook, work_dir)
        path = join_path(folder, os.path.basename(value))
        # Folders, such as deepspeed's checkpoints, are deleted with all they contain.
        if _writes(hook, os.path.basename(value)) and not os.path.isdir(path):
            return path
    return None


def own_ids(value: Any, done: int) -> list[int] | None:
    """Return those that can be numbers of checkpoints, None if it is no list.

    Args:
        value: What the checkpoint says.
        done: The number of the last checkpoint, or a larger one.
    """
    if not isinstance(value, (list, tuple)):
        return None
    return [number for number in value if type(number) is int and 0 <= number <= done]


def _folder_of(hook: CheckpointHook, work_dir: str) -> str:
    """Return where a hook saves, before or after it has set itself up."""
    if hasattr(hook, 'file_backend'):  # set up: its folder is final
        return str(hook.out_dir)
    return folder_in(hook.out_dir, work_dir)


def _writes(hook: CheckpointHook, name: str) -> bool:
    template = hook.filename_tmpl
    patterns = (pattern_of(template), best_pattern(template), BETWEEN)
    return any(pattern.fullmatch(name) for pattern in patterns)
