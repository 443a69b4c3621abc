# SPDX-License-Identifier: Apache-2.0
"""Saving checkpoints so that a good one is there at any time, and finding them."""

from .files import CheckpointFiles
from .hook import CheckpointHook
from .save_now import save_now
from .use import use_safe_checkpoints

__all__ = ['CheckpointFiles', 'CheckpointHook', 'save_now', 'use_safe_checkpoints']
