# SPDX-License-Identifier: Apache-2.0
"""Where a loop is in the data of a run, and how it gets there on a resume."""

from collections.abc import Mapping
from typing import Any

from mmengine.optim import OptimWrapper
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from mmmetaformer.errors import warn

from .numbered_batches import number_batches
from .record import Record, updates_as_passes
from .seed import Purpose, base_seed

__all__ = ['DataPosition']


class DataPosition:
    """The place of a training loop in its data, counted in passes of a process.

    Args:
        runner: The loop's runner.
        loader: The loop's data loader; from here on it seeds each image.
        by_epoch: Whether passes are counted from the start of an epoch, or of the run.
    """

    def __init__(self, runner: Runner, loader: DataLoader, by_epoch: bool) -> None:
        self._runner = runner
        self._by_epoch = by_epoch
        self._passes_per_epoch = len(loader)
        self.batches = number_batches(
            loader, base_seed(runner), Purpose.TRAIN_IMAGE, endless=not by_epoch
        )
        #: Passes in the data minus the loop's iterations.
        self.offset = 0
        #: Passes before the position whose gradients the checkpoint does not have.
        self.pending = 0
        #: The iteration after which the loop has validated last.
        self.validated = -1

    def record(self, meta: Mapping[str, Any], epoch: int) -> Record:
        """Return what to write into a checkpoint.

        Args:
            meta: The checkpoint's, with the iterations and epochs done.
            epoch: The loop's epoch.
        """
        steps, last = meta['iter'], self._runner.max_iters
        here = self._portions()
        ended = self._by_epoch and meta['epoch'] > epoch
        passes = 0 if ended else steps + self.offset
        return Record(
            here.processes,
            here.batch_size,
            here.accumulated,
            images=passes * here.images_per_pass,
            pending=0 if steps == last else steps % here.accumulated,
            validated=int(self.validated == steps),
        )

    def go_to(self, meta: dict[str, Any], name: str) -> None:
        """Set the position to a checkpoint's.

        With other batches than before, the data go on at the pass that has the first
        image which was not used since the last update. Then up to a pass of images are
        seen again, and the iterations are counted as if the run had these batches.

        Args:
            meta: The checkpoint's; `iter` is changed if the batches did, and then
                `saved_iter` is what it was.
            name: The checkpoint, for messages.
        """
        record, here = Record.read(meta), self._portions()
        if record is None:
            self._go_without_record(meta, name)
            return
        same = record.same_portions(here)
        images = record.images if same else record.before_pending()
        passes = images // here.images_per_pass
        if not same:
            meta['saved_iter'] = meta['iter']
            if self._by_epoch:
                passes = min(passes, self._passes_per_epoch)
                meta['iter'] = meta['epoch'] * self._passes_per_epoch + passes
            elif record.accumulated == here.accumulated:
                meta['iter'] -= record.pending
            else:
                meta['iter'] = updates_as_passes(meta, here.accumulated)
            warn(
                f'{name} was saved with {record}, this run has {here}: the '
                'images continue in the same order, but results are not equal to the '
                'bit'
            )
        # An update has all of its passes, also if it began in the epoch before.
        self.pending = record.pending if same else meta['iter'] % here.accumulated
        self.offset = passes - meta['iter']
        self.validated = meta['iter'] if record.validated else -1

    def _go_without_record(self, meta: dict[str, Any], name: str) -> None:
        """Go to the checkpoint of another program, which saved at the end of epochs."""
        if not self._by_epoch:
            return
        self.offset = -meta['iter']
        if meta['iter'] % self._passes_per_epoch:
            warn(
                f'{name} does not say how much of epoch {meta["epoch"] + 1} was done: '
                'the epoch starts again'
            )

    def _portions(self) -> Record:
        wrapper = self._runner.optim_wrapper
        return Record(
            self._runner.world_size,
            self.batches.images_per_batch,
            wrapper._accumulative_counts if isinstance(wrapper, OptimWrapper) else 1,
        )
