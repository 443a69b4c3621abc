# SPDX-License-Identifier: Apache-2.0
"""What a user names to predict with: a checkpoint, a work dir, or a config."""

import os
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from mmmetaformer.checkpoint_names import TEMPLATES
from mmmetaformer.checks.checkpoint.contents import Checkpoint, check_checkpoint
from mmmetaformer.engine.checkpoints import CheckpointFiles
from mmmetaformer.engine.finite.numbers import bad_tensors
from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.tracebacks import words_of
from mmmetaformer.weights.files import SUFFIXES
from mmmetaformer.weights.source import locate

__all__ = ['Source', 'find_checkpoint', 'find_source']

#: Names for checkpoints of a work dir.
LAST, BEST = 'last', 'best'


@dataclass(frozen=True)
class Source:
    """Where the weights and the config are.

    Attributes:
        checkpoint: With its weights.
        config: The config of a file that the user named; None for the checkpoint's own.
    """

    checkpoint: Checkpoint
    config: Config | None = None


def find_source(
    source: str | os.PathLike[str],
    config: str | os.PathLike[str] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
) -> Source:
    """Read the checkpoint and the config that a user means.

    Args:
        source: A checkpoint (`.pth`, `.safetensors`, or an http(s) address), a work
            dir, `WORK_DIR/last`, `WORK_DIR/best`, or a config file.
        config: A config file to use instead of the checkpoint's own.
        checkpoint: A checkpoint for `source` if that is a config file.

    Raises:
        ConfigError: There is no such file, or no good checkpoint.
    """
    named = os.path.expanduser(os.fspath(source))
    if not named.endswith('.py'):
        if checkpoint is not None:
            raise ConfigError(
                f'{named} is no config file, so --checkpoint {checkpoint} would be a '
                'second checkpoint: name one of them'
            )
        return Source(find_checkpoint(named), _read(config) if config else None)
    if config is not None:
        raise ConfigError(f'two configs are named, {named} and {config}: name one')
    cfg = _read(named)
    if checkpoint is not None:
        return Source(find_checkpoint(os.path.expanduser(checkpoint)), cfg)
    work_dir = Path(cfg.get('work_dir') or Path('work_dirs', Path(named).stem))
    if not work_dir.is_dir():
        raise ConfigError(
            f'{named} has no work dir {work_dir}, where its checkpoints would be: name '
            'a checkpoint with --checkpoint'
        )
    return Source(_newest(work_dir), cfg)


def find_checkpoint(named: str) -> Checkpoint:
    """Read the checkpoint that a name stands for.

    Args:
        named: A file, an address, a work dir, `WORK_DIR/last` or `WORK_DIR/best`.

    Raises:
        ConfigError: There is no such file, or no good checkpoint.
    """
    if named.startswith(('http://', 'https://')):
        return check_checkpoint(str(locate(named)))
    if '://' in named:  # of mmengine's other back-ends
        return check_checkpoint(named)
    path = Path(named)
    if path.is_file():
        return check_checkpoint(named)
    if path.is_dir():
        return _newest(path)
    if path.parent.is_dir() and path.name in (LAST, BEST):
        find = _best if path.name == BEST else _newest
        return find(path.parent)
    raise ConfigError(
        f'there is no {named}. Expected a checkpoint (.pth, .safetensors), a work dir, '
        f'WORK_DIR/{LAST} or WORK_DIR/{BEST}'
    )


def _newest(folder: Path) -> Checkpoint:
    """Return the newest good checkpoint of a work dir, or its only file of weights."""
    files = CheckpointFiles(folder, (folder,), TEMPLATES)
    paths = [path for path in files.newest_first() if '://' not in path]
    if not paths:
        others = sorted(
            str(file) for file in folder.iterdir() if file.name.endswith(SUFFIXES)
        )
        if len(others) != 1:
            raise ConfigError(
                f'{folder} has no checkpoints of a training run'
                + (f'. Name one of: {", ".join(others)}' if others else '')
            )
        return check_checkpoint(others[0])
    return _first_good(paths, folder)


def _best(folder: Path) -> Checkpoint:
    files = CheckpointFiles(folder, (folder,), TEMPLATES).best()
    if not files:
        raise ConfigError(
            f'{folder} has no best checkpoint: its run did not save one. Name '
            f'{folder}/{LAST} for the newest one'
        )
    newest = sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)
    return _first_good([str(file) for file in newest], folder)


def _first_good(paths: list[str], folder: Path) -> Checkpoint:
    for path in paths:
        try:
            checkpoint = check_checkpoint(path)
        except ConfigError as error:
            warn(f'{error}; looking for an older one')
            continue
        if not bad_tensors(checkpoint.weights):
            return checkpoint
        warn(f'{path} has weights that are NaN or infinite; looking for an older one')
    raise ConfigError(f'{folder} has no checkpoint that can be used')


def _read(path: str | os.PathLike[str]) -> Config:
    file = Path(path).expanduser()
    if not file.is_file():
        raise ConfigError(f'there is no config file {file}')
    try:
        cfg = Config.fromfile(file)
    # A config is a program: it may raise anything.
    except Exception as error:
        raise ConfigError(f'{file}: {words_of(error)}') from error
    if 'model' not in cfg:
        raise ConfigError(f'{file} has no `model`: it is a base config')
    return cfg
