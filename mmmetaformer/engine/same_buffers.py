# SPDX-License-Identifier: Apache-2.0
"""The same statistics of batch norm in all processes, where they validate."""

from mmengine.config import Config
from mmengine.dist import broadcast
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmmetaformer.host import add_hook
from mmmetaformer.registry import HOOKS

__all__ = ['SameBuffersHook', 'use_same_buffers']


@HOOKS.register_module()
class SameBuffersHook(Hook):
    """Validates with the buffers of the first process, which are those that are saved.

    Each process updates the statistics of batch norm with its own images, unless it is
    SyncBN. Without this, each would validate its part of the images with others.

    Training is the same with and without it: batch norm does not read its statistics
    there. For this reason it does not matter either that all processes have those of
    the first one after a resume.
    """

    # After the averaged weights and statistics are put in place.
    priority = 'LOW'

    def before_val_epoch(self, runner: Runner) -> None:
        """Called by mmengine before it validates; in one process it does nothing."""
        for buffer in runner.model.buffers():
            broadcast(buffer, 0)


def use_same_buffers(cfg: Config) -> None:
    """Validate what is saved, in all processes.

    Args:
        cfg: The run's config, changed in place.
    """
    add_hook(cfg, dict(type='mmmetaformer.SameBuffersHook'))
