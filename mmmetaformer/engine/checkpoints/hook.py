# SPDX-License-Identifier: Apache-2.0
"""The hook that saves checkpoints, and never leaves a run without a good one."""

import os
from collections import deque
from pathlib import Path
from typing import Any

from mmengine.fileio import LocalBackend
from mmengine.runner import Runner

from mmmetaformer.checkpoint_names import BETWEEN_TEMPLATE, is_beyond
from mmmetaformer.compat import atomic_save
from mmmetaformer.engine.agreement import in_first_process
from mmmetaformer.registry import HOOKS

from .best import BestCheckpointHook
from .pointer import POINTER, write_pointer
from .prune import divide, remove_between, remove_steps
from .shared_saves import SharedSaves, save_errors
from .space import check_space

__all__ = ['CheckpointHook']


@HOOKS.register_module()
class CheckpointHook(BestCheckpointHook):
    """Saves as mmengine's hook does, with the same arguments, but in a safe order.

    The file is written aside, synced and renamed; then `last_checkpoint` names it; then
    older ones are removed. mmengine's hook removes older ones first. If saving fails,
    all processes raise the same `ConfigError`.
    """

    # Finished forward and backward passes: of the run, and in the last checkpoint.
    _done = 0
    _saved = -1
    # The checkpoint that is being saved; '' for a best one.
    _path = ''

    def before_train(self, runner: Runner) -> None:
        """Called by mmengine once everything is built and loaded.

        Raises:
            ConfigError: The disk has no space for a checkpoint.
        """
        atomic_save.install()  # also in a run that another tool starts
        self._done = runner.iter
        hub = runner.message_hub
        ids = list(hub.runtime_info.get('keep_ckpt_ids', []))
        surplus, kept = divide(ids, self.max_keep_ckpts)
        if surplus:
            # mmengine would remove the surplus, also where the pointer names one.
            hub.update_info('keep_ckpt_ids', kept)
        super().before_train(runner)
        in_first_process(lambda: check_space(self, runner, len(kept)))
        if runner._resume and self._is_here(runner._load_from):
            self._follow(runner, os.path.abspath(runner._load_from))
            if is_beyond(runner._load_from, runner.iter):
                self._saved = -1  # it counts other iterations than this run
        in_first_process(lambda: remove_steps(self, runner, surplus))

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Any = None,
    ) -> None:
        """Called by mmengine after each forward and backward pass."""
        self._done = runner.iter + 1
        super().after_train_iter(runner, batch_idx, data_batch, outputs)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Called by mmengine in the first process, whatever makes it save."""
        if self._path:
            checkpoint['message_hub']['runtime_info']['last_ckpt'] = self._path

    def save_now(self, runner: Runner) -> str:
        """Save a checkpoint of the last finished update; see the function `save_now`.

        Raises:
            ConfigError: It cannot be saved.
        """
        complete = self.save_optimizer and self.save_param_scheduler
        if self._saved != self._done or not complete:
            meta = dict(epoch=runner.epoch, iter=self._done)
            if self.by_epoch:
                name = BETWEEN_TEMPLATE.format(runner.epoch, self._done)
                self._save(runner, name, None, meta, complete=True)
            else:
                name = self.filename_tmpl.format(self._done)
                self._save(runner, name, self._done, meta, complete=True)
        return str(self.last_ckpt)

    def _save_checkpoint_with_step(self, runner: Runner, step: int, meta: Any) -> None:
        """Called by mmengine's hook for every checkpoint but the best ones."""
        self._save(runner, self.filename_tmpl.format(step), step, meta)

    def _save(
        self,
        runner: Runner,
        name: str,
        step: int | None,
        meta: dict[str, Any],
        complete: bool = False,
    ) -> None:
        """Save a checkpoint, then let the pointer name it, then remove older ones.

        Args:
            runner: The runner.
            name: The name of the file.
            step: The number by which it is kept; None for one within an epoch.
            meta: The position, `epoch` and `iter`.
            complete: Whether to save the states of optimizer and schedule in any case.
        """
        hub = runner.message_hub
        path = self.file_backend.join_path(self.out_dir, name)
        ids = list(getattr(self, 'keep_ckpt_ids', []))
        if step is not None and step not in ids:
            ids.append(step)
        surplus, kept = divide(ids, self.max_keep_ckpts)
        if self.max_keep_ckpts > 0:
            # The file names the surplus, too: if the run is killed before it is
            # removed, the one that resumes removes it.
            hub.update_info('keep_ckpt_ids', ids)
        self._path = path
        try:
            SharedSaves(runner).save_checkpoint(
                self.out_dir,
                name,
                file_client_args=self.file_client_args,
                save_optimizer=self.save_optimizer or complete,
                save_param_scheduler=self.save_param_scheduler or complete,
                meta=meta,
                by_epoch=self.by_epoch,
                backend_args=self.backend_args,
                **self.args,
            )
        finally:
            self._path = ''
        self._follow(runner, path)
        if self.max_keep_ckpts > 0:
            self.keep_ckpt_ids = deque(kept, self.max_keep_ckpts)
            hub.update_info('keep_ckpt_ids', kept)
        in_first_process(lambda: remove_steps(self, runner, surplus))
        if self.by_epoch:
            in_first_process(lambda: remove_between(self, runner, meta['iter']))

    def _follow(self, runner: Runner, path: str) -> None:
        """Let a checkpoint of the present state be the last one."""

        def point() -> None:
            work_dir = Path(runner.work_dir)
            with save_errors(work_dir / POINTER, path):
                write_pointer(work_dir, path)

        in_first_process(point)
        self.last_ckpt, self._saved = path, self._done
        runner.message_hub.update_info('last_ckpt', path)

    def _is_here(self, path: str | None) -> bool:
        """Return whether a file is in the folder of this hook, under any name of it."""
        if not path or not isinstance(self.file_backend, LocalBackend):
            return False
        return Path(path).resolve().parent == Path(self.out_dir).resolve()
