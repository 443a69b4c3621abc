# SPDX-License-Identifier: Apache-2.0
"""Resuming a run from one of its checkpoints."""

from pathlib import Path
from typing import Any

from mmengine.config import Config

__all__ = ['use_resume']


def use_resume(cfg: Config, checkpoint: str) -> None:
    """Resume training from a checkpoint: `--resume`.

    Pretrained weights are not loaded, since the checkpoint would overwrite them.

    Args:
        cfg: The run's config, changed in place.
        checkpoint: A checkpoint, or 'auto' for the last one in the work dir. If the
            work dir has none, training starts from the beginning.
    """
    cfg.resume = True
    cfg.load_from = _find(checkpoint, cfg.work_dir)
    backbone: Any = cfg.model.get('backbone')
    if cfg.load_from and isinstance(backbone, dict):
        backbone.pop('init_cfg', None)


def _find(checkpoint: str, work_dir: str) -> str | None:
    if checkpoint != 'auto':
        return checkpoint
    last = Path(work_dir) / 'last_checkpoint'
    return last.read_text().strip() if last.is_file() else None
