# SPDX-License-Identifier: Apache-2.0
"""Saving the best checkpoints, and never being without one."""

from functools import partial
from pathlib import Path
from typing import Any

import mmengine.hooks
from mmengine.dist import master_only
from mmengine.runner import Runner

from mmmetaformer.engine.agreement import in_first_process

from .prune import remove_former_best
from .shared_saves import SharedSaves, save_errors

__all__ = ['BestCheckpointHook']


class BestCheckpointHook(mmengine.hooks.CheckpointHook):
    """Removes the former best checkpoint only when the new one is saved.

    mmengine's hook removes it before it writes the new one.
    """

    def _save_best_checkpoint(self, runner: Runner, metrics: dict[str, Any]) -> None:
        """Called by mmengine's hook after validation.

        mmengine removes the former best checkpoint before it writes the new one. Here
        it does not see the former one.
        """
        if not self.save_best:
            return
        former = self._best()
        self._set_best(dict.fromkeys(former))
        super()._save_best_checkpoint(SharedSaves(runner), metrics)
        new = {metric: path for metric, path in self._best().items() if path}
        self._set_best({**former, **new})
        for metric, path in new.items():
            name = metric or self.key_indicators[0]
            in_first_process(partial(remove_former_best, self, runner, name, path))

    @master_only
    def _publish_model(self, runner: Runner, ckpt_path: str | None) -> None:
        """Called by mmengine after training, also for a metric that has no best."""
        if ckpt_path:
            with save_errors(Path(ckpt_path).parent, self.last_ckpt):
                super()._publish_model(runner, ckpt_path)

    def _best(self) -> dict[str, str | None]:
        """Return the best checkpoints by metric, of one metric by ''."""
        if len(self.key_indicators) == 1:
            return {'': self.best_ckpt_path}
        return dict(self.best_ckpt_path_dict)

    def _set_best(self, paths: dict[str, str | None]) -> None:
        if len(self.key_indicators) == 1:
            self.best_ckpt_path = paths['']
        else:
            self.best_ckpt_path_dict = paths
