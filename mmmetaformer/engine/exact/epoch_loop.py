# SPDX-License-Identifier: Apache-2.0
"""mmengine's training loop in epochs, which resumes within an epoch.

mmengine's begins the epoch again, and does not validate again if that was cut off.
"""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from mmengine.runner import EpochBasedTrainLoop as HostEpochLoop
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import DataLoader

from mmmetaformer.registry import LOOPS

from .loop import ExactLoop
from .pending import repeat_passes
from .position import DataPosition

__all__ = ['EpochBasedTrainLoop']


@LOOPS.register_module()
class EpochBasedTrainLoop(ExactLoop, HostEpochLoop):
    """A training loop in epochs that can resume in the middle of one.

    Args:
        runner: The runner.
        dataloader: The data loader or its config.
        max_epochs: Length of the run.
        val_begin: The first epoch after which it may validate.
        val_interval: Epochs between two validations.
        dynamic_intervals: Pairs of an epoch and the interval from there on.
    """

    def __init__(
        self,
        runner: Runner,
        dataloader: DataLoader | dict[str, Any],
        max_epochs: int,
        val_begin: int = 1,
        val_interval: int = 1,
        dynamic_intervals: list[tuple[int, int]] | None = None,
    ) -> None:
        super().__init__(
            runner, dataloader, max_epochs, val_begin, val_interval, dynamic_intervals
        )
        self.position = DataPosition(runner, self.dataloader, by_epoch=True)

    def run(self) -> nn.Module:
        """Train, from the position of the checkpoint on."""
        self.runner.call_hook('before_train')
        if self._epoch and not self._done():
            self.validate_if_due()
        pending = self.position.pending
        repeat_passes(self.runner, self._last_batches(pending), pending)
        while self._epoch < self._max_epochs and not self.stop_training:
            self.run_epoch()
            self.validate_if_due()
        self.runner.call_hook('after_train')
        return self.runner.model

    def run_epoch(self) -> None:
        """Iterate over the rest of an epoch."""
        self.runner.call_hook('before_train_epoch')
        self.runner.model.train()
        done = self._done()
        batches = self._batches(self._epoch, done)
        for index, data_batch in enumerate(batches, done):
            self.run_iter(index, data_batch)
        self.runner.call_hook('after_train_epoch')
        self._epoch += 1
        self.position.offset = -self._iter

    def _done(self) -> int:
        """Return the passes of the current epoch that are done."""
        return self._iter + self.position.offset

    def _batches(self, epoch: int, first: int) -> Iterator[Any]:
        if first >= len(self.dataloader):
            return iter(())
        self.position.batches.start(epoch, first)
        return iter(self.dataloader)

    def _last_batches(self, number: int) -> Iterator[Any]:
        """Return the batches before the current position."""
        epoch, first = self._epoch, self._done() - number
        while first < 0 and epoch:
            epoch, first = epoch - 1, first + len(self.dataloader)
        starts = [
            (epoch, first),
            *((one, 0) for one in range(epoch + 1, self._epoch + 1)),
        ]
        every = chain.from_iterable(self._batches(*start) for start in starts)
        return islice(every, number)

    def _progress(self) -> tuple[int, int]:
        return self._epoch, self._max_epochs
