# SPDX-License-Identifier: Apache-2.0
"""Reading a config file."""

import difflib
from pathlib import Path

from mmengine.config import Config

from mmmetaformer.errors import ConfigError

__all__ = ['load_config']


def load_config(path: str, work_dir: str | None = None) -> Config:
    """Read the config of a run and settle where it writes.

    Args:
        path: The config file.
        work_dir: Folder for logs and checkpoints. Without one the config's own
            `work_dir` counts, else `work_dirs/` and the name of the config.

    Raises:
        ConfigError: There is no such file (names the nearest), or it has no model.
    """
    file = Path(path)
    if not file.is_file():
        names = [str(f) for f in sorted(file.parent.glob('*.py'))]
        near = difflib.get_close_matches(str(file), names, n=3)
        hint = f' Did you mean {" or ".join(near)}?' if near else ''
        raise ConfigError(f'there is no config file {path}.{hint}')
    cfg = Config.fromfile(path)
    if 'model' not in cfg:
        raise ConfigError(f'{path} has no `model`: it is a part of configs, not a run')
    if work_dir is not None:
        cfg.work_dir = work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = str(Path('work_dirs') / file.stem)
    return cfg
