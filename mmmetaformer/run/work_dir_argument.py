# SPDX-License-Identifier: Apache-2.0
"""The work dir that a command line names.

Nothing heavy is imported here: a misspelt name must not wait for torch.
"""

from pathlib import Path

from mmmetaformer.errors import ConfigError
from mmmetaformer.text import did_you_mean

__all__ = ['check_work_dir_exists']

SCALARS = 'vis_data/scalars.json'


def check_work_dir_exists(name: str) -> None:
    """Refuse what is no work dir of a training run.

    Raises:
        ConfigError: There is no such folder, or nothing of a run in it.
    """
    folder = Path(name)
    if not folder.is_dir():
        near = [str(path) for path in folder.parent.glob('*/')]
        what = 'is a file' if folder.exists() else 'does not exist'
        raise ConfigError(
            f'{name} {what}.{did_you_mean(name, near)} Expected the work dir of a '
            'training run, such as work_dirs/upernet_convformer'
        )
    if (folder / SCALARS).is_file():
        raise ConfigError(
            f'{name} is the log folder of one start. Name the work dir: '
            f'{folder.resolve().parent}'
        )
    if not any(folder.glob('*/facts.json')) and not any(folder.glob(f'*/{SCALARS}')):
        raise ConfigError(
            f'{name} has no log of a training run (*/{SCALARS}). Expected a work dir, '
            'the folder that training writes to: --work-dir'
        )
