# SPDX-License-Identifier: Apache-2.0
"""The hook that seeds steps and validations, and saves the place in the data."""

from collections.abc import Mapping
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmmetaformer.errors import warn
from mmmetaformer.registry import HOOKS

from .early_stopping import restore_patience
from .finished import forget_end, note_end
from .loop import ExactLoop
from .numbered_batches import number_batches
from .seed import Purpose, base_seed, seed_step

__all__ = ['ExactResumeHook']


@HOOKS.register_module()
class ExactResumeHook(Hook):
    """Makes a resumed run equal to the bit to one that was not stopped.

    It seeds each batch of training and validation by run, process and position. So
    processes have different random numbers, too. It works with the loops of this
    package.
    """

    priority = 'VERY_HIGH'

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Called by mmengine before it reads steps, epochs and seed."""
        if not runner._resume:
            return
        meta, name = checkpoint['meta'], runner._load_from or 'the checkpoint'
        loop = runner.train_loop
        if isinstance(loop, ExactLoop):
            loop.position.go_to(meta, name)
        saved = meta.pop('seed', None)
        if saved is not None and saved != base_seed(runner):
            # Its samplers are built: mmengine's change of the seed comes too late.
            warn(
                f'{name} is of a run with the seed {saved}, this run has '
                f'{base_seed(runner)}: its images come in another order'
            )

    def before_train(self, runner: Runner) -> None:
        """Called by mmengine once everything is built and loaded."""
        restore_patience(runner)
        if is_main_process():
            forget_end(runner.work_dir)

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Called by mmengine with a loaded batch."""
        seed_step(base_seed(runner), Purpose.STEP, runner.rank, runner.iter)

    def before_val_epoch(self, runner: Runner) -> None:
        """Called by mmengine before it loads the first batch."""
        seed = base_seed(runner)
        batches = number_batches(runner.val_dataloader, seed, Purpose.VAL_IMAGE)
        batches.start(runner.iter)

    def before_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Called by mmengine with a loaded batch."""
        place = (Purpose.VALIDATION, runner.rank, runner.iter, batch_idx)
        seed_step(base_seed(runner), *place)

    def after_val_epoch(
        self, runner: Runner, metrics: Mapping[str, float] | None = None
    ) -> None:
        """Called by mmengine when it has the metrics."""
        loop = runner.train_loop
        if isinstance(loop, ExactLoop):
            # Hooks that follow save the best checkpoint.
            loop.position.validated = runner.iter
        # Persistent workers take one random number less at the second validation.
        place = (Purpose.AFTER_VALIDATION, runner.rank, runner.iter)
        seed_step(base_seed(runner), *place)

    def after_train(self, runner: Runner) -> None:
        """Called by mmengine after the last step and the last validation."""
        if is_main_process():
            note_end(runner.work_dir, runner.iter)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Called by mmengine in the first process."""
        loop = runner.train_loop
        if isinstance(loop, ExactLoop):
            meta = checkpoint['meta']
            loop.position.record(meta, runner.epoch).write(meta)
