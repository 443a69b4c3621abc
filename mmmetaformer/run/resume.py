# SPDX-License-Identifier: Apache-2.0
"""Resuming a run from one of its checkpoints."""

import os
import re
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmmetaformer.errors import ConfigError, warn

__all__ = ['use_resume']


def use_resume(cfg: Config, checkpoint: str) -> None:
    """Resume training from a checkpoint: `--resume`.

    Pretrained weights are not loaded, since the checkpoint would overwrite them.

    Args:
        cfg: The run's config, changed in place.
        checkpoint: A checkpoint, or 'auto' for the last one in the work dir. If the
            work dir has none, a warning says so and training starts from the beginning.

    Raises:
        ConfigError: `checkpoint` is a folder, or the work dir has checkpoints but does
            not say which is the last; the message names the newest.
    """
    if checkpoint == 'auto':
        found = _last(Path(cfg.work_dir))
        if found is None:
            warn(
                f'--resume found no checkpoint in {cfg.work_dir}: training starts from '
                'the beginning'
            )
            cfg.resume = False
            return
        checkpoint = found
    elif Path(checkpoint).is_dir():
        raise ConfigError(
            f'--resume {checkpoint}: that is a folder. {_naming_newest(checkpoint)}'
        )
    cfg.resume = True
    cfg.load_from = checkpoint
    backbone: Any = cfg.model.get('backbone')
    if isinstance(backbone, dict):
        backbone.pop('init_cfg', None)


def _last(work_dir: Path) -> str | None:
    """Return what `last_checkpoint` names, None if there are no checkpoints at all."""
    pointer = work_dir / 'last_checkpoint'
    if not pointer.is_file():
        if _newest(work_dir) is None:
            return None
        what = 'there is no such file'
    else:
        named = pointer.read_text(encoding='utf-8', errors='replace').strip()
        # Another storage backend may have written it.
        if named and ('://' in named or os.path.isfile(named)):
            return named
        what = f'it names {named}, which does not exist' if named else 'it is empty'
    raise ConfigError(
        f'--resume cannot tell the last checkpoint from {pointer}: {what}. '
        f'{_naming_newest(work_dir)}'
    )


def _naming_newest(folder: str | Path) -> str:
    newest = _newest(Path(folder))
    if newest is None:
        return f'{folder} has no checkpoint. Name one: --resume CHECKPOINT'
    return f'Its newest checkpoint: --resume {newest}'


def _newest(folder: Path) -> Path | None:
    """Return the checkpoint of the highest number, such as iter_8000.pth.

    Numbers count rather than times, which a copy of the folder changes. The best
    checkpoints (best_*.pth) have no state of the optimizer.
    """
    numbered = [
        (int(match[1]), path.stat().st_mtime, path)
        for path in folder.glob('*.pth')
        if not path.name.startswith('best_')
        and (match := re.search(r'(\d+)\D*$', path.stem))
    ]
    return max(numbered)[-1] if numbered else None
