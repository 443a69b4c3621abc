# SPDX-License-Identifier: Apache-2.0
"""Resuming a run from one of its checkpoints."""

from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmmetaformer.checks.checkpoint.contents import Checkpoint
from mmmetaformer.checks.checkpoint.resumable import check_resumable
from mmmetaformer.engine.checkpoints import CheckpointFiles
from mmmetaformer.engine.checkpoints.pointer import lost_checkpoint
from mmmetaformer.errors import ConfigError, collected_warnings, warn
from mmmetaformer.launchers import is_first_process

from .choose_checkpoint import choose

__all__ = ['use_resume']

LISTED = 4  # checkpoints in a message


def use_resume(cfg: Config, name: str) -> Checkpoint | None:
    """Resume training from a checkpoint: `--resume`.

    Pretrained weights are not loaded, since the checkpoint would overwrite them.

    Args:
        cfg: The run's config, without errors in its data sets; changed in place.
        name: A checkpoint, or 'auto' for the newest good one in the work dir. If
            the work dir has none at all, a warning says so and training starts from the
            beginning.

    Returns:
        The checkpoint, read and checked; None if there is none.

    Raises:
        ConfigError: The checkpoint, or each one in the work dir, is damaged, not finite
            or not one of this run.
    """
    checkpoint = _newest(cfg) if name == 'auto' else _named(cfg, name)
    if checkpoint is None:
        warn(
            f'--resume found no checkpoint in {cfg.work_dir}: training starts from '
            'the beginning'
        )
        cfg.resume = False
        return None
    cfg.resume = True
    cfg.load_from = checkpoint.path
    backbone: Any = cfg.model.get('backbone')
    if isinstance(backbone, dict):
        backbone.pop('init_cfg', None)
    return checkpoint


def _newest(cfg: Config) -> Checkpoint | None:
    """Return the newest good checkpoint; None if the run has saved nothing.

    Raises:
        ConfigError: It has saved something, but nothing to resume from.
    """
    files = CheckpointFiles.of(cfg)
    choice = choose(cfg, files.newest_first())
    if choice.checkpoint is not None:
        for reason in choice.passed:
            warn(f'--resume skips a checkpoint: {reason}')
        if is_first_process():
            print(f'--resume continues from {choice.checkpoint.path}', flush=True)
        return choice.checkpoint
    reasons = [*choice.passed]
    if not reasons:
        reasons = [f'{best} has only weights' for best in files.best()]
    lost = lost_checkpoint(files.work_dir)
    if not reasons and lost:
        reasons = [f'last_checkpoint names {lost}, which does not exist']
    if not reasons:
        return None
    more = len(reasons) - LISTED
    lines = reasons[:LISTED] + ([f'and {more} more'] if more > 0 else [])
    raise ConfigError(
        f'--resume finds no good checkpoint in {cfg.work_dir}. To start over: '
        '--overwrite instead of --resume\n  ' + '\n  '.join(lines)
    )


def _named(cfg: Config, name: str) -> Checkpoint:
    """Refuse a file that training cannot resume from; name one that it can.

    Raises:
        ConfigError: With the newest good checkpoint beside it, or in the work dir.
    """
    path = Path(name)
    try:
        if path.is_dir():
            raise ConfigError(f'--resume {name}: that is a folder')
        return check_resumable(name, cfg)
    except ConfigError as error:
        folder = path if path.is_dir() else path.parent
        for files in (CheckpointFiles.beside(cfg, folder), CheckpointFiles.of(cfg)):
            others = [
                one for one in files.newest_first() if one != name and '://' not in one
            ]
            with collected_warnings():
                other = choose(cfg, others).checkpoint
            if other is not None:
                raise ConfigError(
                    f'{str(error).rstrip(".")}. The newest good checkpoint: --resume '
                    f'{other.path}'
                ) from error
        raise
