# SPDX-License-Identifier: Apache-2.0
"""Find the folder of mmcv without importing it."""

import site
import sysconfig
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from mmmetaformer.errors import ConfigError

__all__ = ['folders_named_mmcv', 'installed_mmcvs', 'is_in_environment', 'mmcv_folder']

NAMES = ('mmcv', 'mmcv-lite', 'mmcv-full', 'onedl-mmcv')


def mmcv_folder() -> Path:
    """Return the folder of mmcv.

    Raises:
        ConfigError: mmcv is not installed.
    """
    spec = find_spec('mmcv')
    # Without `__init__.py` it is what is left of an mmcv that was uninstalled.
    if spec is None or spec.origin is None:
        raise ConfigError(
            'mmcv is not installed. Run `pip install "mmcv-lite>=2.0.0,<2.2.0"` (pure '
            'Python), or install a compiled mmcv of the same versions.'
        )
    return Path(spec.origin).parent


def folders_named_mmcv() -> list[Path]:
    """Return where Python looks for `mmcv._ext`, also if mmcv was uninstalled."""
    spec = find_spec('mmcv')
    return [Path(folder) for folder in (spec and spec.submodule_search_locations) or ()]


def is_in_environment(folder: Path) -> bool:
    """Return whether a package's folder is in this environment or the user's."""
    paths = sysconfig.get_paths()
    homes = {paths['purelib'], paths['platlib'], site.getusersitepackages()}
    return folder.parent.resolve() in {Path(home).resolve() for home in homes}


def installed_mmcvs() -> list[str]:
    """Return the distributions that bring mmcv, such as 'mmcv-lite 2.1.0'."""
    found = []
    for name in NAMES:
        try:
            found.append(f'{name} {version(name)}')
        except PackageNotFoundError:
            continue
    return found
