# SPDX-License-Identifier: Apache-2.0
"""Reading a config file."""

from pathlib import Path

from mmengine.config import Config

from mmmetaformer.errors import ConfigError

from .find_config import find_config

__all__ = ['load_config']


def load_config(path: str, work_dir: str | None = None) -> Config:
    """Read the config of a run and set its work dir.

    Args:
        path: The config file.
        work_dir: Folder for logs and checkpoints. By default the config's own
            `work_dir`, else `work_dirs/` and the name of the config.

    Raises:
        ConfigError: There is no such file (says where it is now, or which names are
            similar), or it has no model.
    """
    file = find_config(path)
    cfg = Config.fromfile(path)
    if 'model' not in cfg:
        raise ConfigError(f'{path} has no `model`: it is a base config, not a run')
    if work_dir is not None:
        cfg.work_dir = work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = str(Path('work_dirs') / file.stem)
    return cfg
