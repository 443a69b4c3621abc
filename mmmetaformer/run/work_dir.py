# SPDX-License-Identifier: Apache-2.0
"""What an earlier run has left in a work dir."""

import os
import re
from pathlib import Path

from mmengine.config import Config
from mmengine.dist import all_gather_object, barrier
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmmetaformer.checkpoint_names import is_beyond
from mmmetaformer.engine.agreement import in_first_process
from mmmetaformer.engine.checkpoints import CheckpointFiles, save_now
from mmmetaformer.engine.checkpoints.pointer import (
    POINTER,
    lost_checkpoint,
    read_pointer,
)
from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.host import dicts_in
from mmmetaformer.text import shortened

from .restart import note_launches
from .work_dir_lock import WorkDirLock

__all__ = ['WorkDirHook', 'check_work_dir']

NAMED = 3
ASIDE = '.aside'  # suffix of newer checkpoints than the one that a run resumes from


def check_work_dir(cfg: Config, resumes: bool, overwrite: bool) -> None:
    """Refuse a new run over the checkpoints of an earlier one, unless it is meant.

    Args:
        cfg: The run's config.
        resumes: Whether the run continues the earlier one.
        overwrite: Whether it replaces the earlier one.

    Raises:
        ConfigError: It is not said which, or it is both, or the run starts from the
            weights of what it replaces.
    """
    if overwrite and resumes:
        raise ConfigError(
            '--overwrite starts over and --resume continues: leave out one of them'
        )
    if resumes:
        return
    there = _checkpoints(CheckpointFiles.of(cfg))
    if there and not overwrite:
        names = shortened((path.name for path in there), NAMED)
        raise ConfigError(
            f'{cfg.work_dir} has the checkpoints of an earlier run ({names}): '
            '--resume to continue it, --overwrite to remove them, or another '
            '--work-dir'
        )
    # Also what an init_cfg or a teacher is loaded from.
    nodes = dicts_in(cfg.get('model') or {})
    starts = [
        ('load_from', cfg.get('load_from')),
        *(('checkpoint', node.get('checkpoint')) for node in nodes),
    ]
    for key, start in starts:
        if isinstance(start, str) and any(_is(path, start) for path in there):
            raise ConfigError(
                f'{key}: the run starts from {start}, one of the checkpoints that '
                '--overwrite removes: choose another --work-dir'
            )


class WorkDirHook(Hook):
    """Clears up in the work dir, once nothing can go wrong any more before the start.

    - Temporary files of runs that were killed are removed.
    - With `--overwrite`, the checkpoints of the earlier run are removed.
    - Newer checkpoints than the one that the user has named for `--resume` are
      renamed: a later `--resume` is to continue this run. So are those of a run with
      another number of passes per update, which counts other iterations; this run then
      saves a checkpoint first.
    - The launch is noted: if it starts again, it resumes what it saves from now on.

    Args:
        files: Where the run's checkpoints are.
        lock: What the run holds of the work dir.
        overwrite: Whether the run replaces an earlier one.
        resumed: The checkpoint that the user has named, if any.
        launch: What tells this launch from others.
    """

    priority = 'LOWEST'

    def __init__(
        self,
        files: CheckpointFiles,
        lock: WorkDirLock,
        overwrite: bool,
        resumed: str | None,
        launch: str = '',
    ) -> None:
        self._files = files
        self._lock = lock
        self._overwrite = overwrite
        self._resumed = resumed
        self._launch = launch

    def before_train(self, runner: Runner) -> None:
        """Called by mmengine once everything is built, loaded and tried.

        Raises:
            ConfigError: The processes have not resumed from the same checkpoint.
        """
        loaded = runner._load_from and Path(runner._load_from).name
        starts = all_gather_object((loaded, runner.epoch, runner.iter))
        for number, start in enumerate(starts):
            if start != starts[0]:
                raise ConfigError(
                    f'process {number} starts from {start[0] or "nothing"} at step '
                    f'{start[2]}, process 0 from {starts[0][0] or "nothing"} at step '
                    f'{starts[0][2]}. Do all machines see the same work dir? Name a '
                    'checkpoint that all of them have: --resume CHECKPOINT'
                )
        # Until here, another process may still read what is removed.
        barrier()
        path = runner._load_from if runner._resume else ''
        recounted = is_beyond(path or '', runner.iter)
        if recounted:
            save_now(runner)
        launches = set(all_gather_object(self._launch))
        in_first_process(lambda: self._clear_up(runner, recounted))
        in_first_process(lambda: note_launches(self._files.work_dir, launches))

    def _clear_up(self, runner: Runner, recounted: bool) -> None:
        # Without the lock, another run may be writing them.
        if self._lock.holds_all:
            for file in self._files.temporary():
                file.unlink()
        own = _numbered(self._files)
        here = [i for i, path in enumerate(own) if _is(path, self._resumed or '')]
        work_dir = self._files.work_dir
        # An address may be that of the last checkpoint.
        known = recounted or here or self._resumed == read_pointer(work_dir)
        elsewhere = bool(self._resumed) and not known
        if self._overwrite or elsewhere or lost_checkpoint(work_dir):
            # First, so that it never names what is gone, or is of another run.
            (work_dir / POINTER).unlink(missing_ok=True)
        if self._overwrite:
            for file in _checkpoints(self._files) + self._files.renamed(ASIDE):
                if not _is(file, runner._load_from or ''):
                    file.unlink()
        elif here or elsewhere or recounted:
            every = [*own, *self._files.best()]
            newer = [path for path in every if _is_newer(path.name, runner)]
            # The numbers of other names than mmengine's may count something else.
            first = own[: here[0]] if here and not recounted else []
            _set_aside(list(dict.fromkeys([*first, *newer])))


def _is_newer(name: str, runner: Runner) -> bool:
    """Return whether a checkpoint is of a later step than the one that comes."""
    by_epoch = re.search(r'(^|_)epoch_\d+\.pth$', name)
    return is_beyond(name, runner.epoch if by_epoch else runner.iter)


def _set_aside(newer: list[Path]) -> None:
    for path in newer:
        os.replace(path, _free_name(path))
    if newer:
        names = shortened((path.name for path in newer), NAMED)
        warn(
            f'renamed {len(newer)} checkpoints beyond the step from which this run '
            f'resumes to *{ASIDE}: {names}'
        )


def _free_name(path: Path) -> Path:
    """Return the name for a checkpoint that is set aside; older ones keep theirs."""
    names = (Path(f'{path}{ASIDE}{number}') for number in ('', *range(2, 10**6)))
    return next(name for name in names if not name.exists())


def _checkpoints(files: CheckpointFiles) -> list[Path]:
    """Return all checkpoints in the folders of a run."""
    return _numbered(files) + files.best()


def _numbered(files: CheckpointFiles) -> list[Path]:
    """Return all but the best ones, the newest first."""
    numbered = [Path(path) for path in files.newest_first() if '://' not in path]
    return [one for one in numbered if one.parent in files.folders]


def _is(path: Path, other: str) -> bool:
    return path.resolve() == Path(other).resolve()
