# SPDX-License-Identifier: Apache-2.0
"""mmengine's training loop in iterations, which starts its data where it resumes.

mmengine's loads and discards all that was trained on, and does not validate again if
that was cut off.
"""

from itertools import islice
from typing import Any

from mmengine.runner import BaseLoop, Runner
from mmengine.runner import IterBasedTrainLoop as HostIterLoop
from mmengine.runner.utils import calc_dynamic_intervals
from torch import nn
from torch.utils.data import DataLoader

from mmmetaformer.registry import LOOPS

from .loop import ExactLoop
from .pending import repeat_passes
from .position import DataPosition

__all__ = ['IterBasedTrainLoop']


@LOOPS.register_module()
class IterBasedTrainLoop(ExactLoop, HostIterLoop):
    """A training loop in iterations that starts its data where it resumes.

    Args:
        runner: The runner.
        dataloader: The data loader or its config.
        max_iters: Length of the run.
        val_begin: The first iteration after which it may validate.
        val_interval: Iterations between two validations.
        dynamic_intervals: Pairs of an iteration and the interval from there on.
    """

    def __init__(
        self,
        runner: Runner,
        dataloader: DataLoader | dict[str, Any],
        max_iters: int,
        val_begin: int = 1,
        val_interval: int = 1000,
        dynamic_intervals: list[tuple[int, int]] | None = None,
    ) -> None:
        # Not the host's, which starts the loader's workers before a position is known.
        BaseLoop.__init__(self, runner, dataloader)
        self._max_iters = int(max_iters)
        self._max_epochs = 1
        self._epoch = self._iter = 0
        self.val_begin = val_begin
        self.val_interval = val_interval
        self.stop_training = False
        self.dynamic_milestones, self.dynamic_intervals = calc_dynamic_intervals(
            val_interval, dynamic_intervals
        )
        metainfo = getattr(self.dataloader.dataset, 'metainfo', None)
        runner.visualizer.dataset_meta = metainfo
        self.position = DataPosition(runner, self.dataloader, by_epoch=False)

    def run(self) -> nn.Module:
        """Train, from the position of the checkpoint on."""
        self.runner.call_hook('before_train')
        self.runner.call_hook('before_train_epoch')
        if self._iter:
            self.validate_if_due()
        if self._iter < self._max_iters and not self.stop_training:
            self._train(self.position.pending)
        self.runner.call_hook('after_train_epoch')
        self.runner.call_hook('after_train')
        return self.runner.model

    def _train(self, pending: int) -> None:
        first = self._iter + self.position.offset - pending
        self.position.batches.start(0, first)
        batches = iter(self.dataloader)
        repeat_passes(self.runner, islice(batches, pending), pending)
        while self._iter < self._max_iters and not self.stop_training:
            self.runner.model.train()
            self.run_iter(next(batches))
            self.validate_if_due()

    def _progress(self) -> tuple[int, int]:
        return self._iter, self._max_iters
