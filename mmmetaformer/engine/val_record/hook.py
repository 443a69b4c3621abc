# SPDX-License-Identifier: Apache-2.0
"""The hook that keeps what the report shows of a validation."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmmetaformer.compat.collect_results import gather_results
from mmmetaformer.host import IGNORED_LABEL, add_hook
from mmmetaformer.registry import HOOKS

from .file import write_record
from .instances import Instances
from .label_maps import LabelMaps
from .truth import truth_of

__all__ = ['ValidationRecordHook', 'use_validation_record']


@HOOKS.register_module()
class ValidationRecordHook(Hook):
    """Writes `validation.npz` to the log folder after each validation.

    It holds the confusion matrix of a segmentor (mmseg, `IoUMetric`), or the detections
    and the truth of a detector (mmdet, `CocoMetric` and `VOCMetric`), a score of each
    image, and the predictions for the worst and the best. Nothing is computed again,
    and no metric changes. Of other models, nothing is kept.
    """

    def __init__(self) -> None:
        self._kept: LabelMaps | Instances | None = None
        self._seen = 0

    def before_val_epoch(self, runner: Runner) -> None:
        """Called by mmengine before it validates."""
        self._kept, self._seen = None, 0

    def after_val_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Sequence[Any] | None = None,
    ) -> None:
        """Called by mmengine after each batch of the validation."""
        if not self._seen and outputs:
            self._kept = _keeper(runner, outputs[0])
        for sample in outputs or ():
            # Each process has each n-th image; the last ones may be repetitions.
            index = self._seen * runner.world_size + runner.rank
            self._seen += 1
            if self._kept is not None and index < len(runner.val_dataloader.dataset):
                self._kept.add(index, sample)

    def after_val_epoch(
        self, runner: Runner, metrics: Mapping[str, float] | None = None
    ) -> None:
        """Called by mmengine with the metrics of the validation."""
        parts = gather_results([self._kept], runner.world_size) or []
        whole, *others = [part for part in parts if part is not None] or [None]
        self._kept = None
        if whole is not None:
            for part in others:
                whole.merge(part)
            record = whole.record()
            meta: Any = runner.val_dataloader.dataset.metainfo
            record.facts.update(
                names=[str(name) for name in meta['classes']],
                palette=[list(color) for color in meta.get('palette') or ()],
                step=runner.iter,
            )
            write_record(Path(runner.log_dir), record)


def use_validation_record(cfg: Config) -> None:
    """Keep what the report shows of each validation.

    Args:
        cfg: The run's config, changed in place.
    """
    add_hook(cfg, dict(type='mmmetaformer.ValidationRecordHook'))


def _keeper(runner: Runner, sample: Any) -> LabelMaps | Instances | None:
    """Return what keeps the outputs of this model, None if there is nothing to keep."""
    names = (getattr(runner.val_dataloader.dataset, 'metainfo', None) or {}).get(
        'classes'
    )
    metrics: Any = runner.val_loop.evaluator.metrics
    if not names:
        return None
    if 'pred_sem_seg' in sample and 'gt_sem_seg' in sample:
        ignored = [m.ignore_index for m in metrics if hasattr(m, 'ignore_index')]
        return LabelMaps(len(names), ignored[0] if ignored else IGNORED_LABEL)
    truth = truth_of(metrics, names)
    if truth is not None and 'bboxes' in sample.get('pred_instances', ()):
        return Instances(truth)
    return None
