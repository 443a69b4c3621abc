# SPDX-License-Identifier: Apache-2.0
"""Let `_base_` name the configs of this package: `'mmmetaformer::NAME'`.

mmengine resolves `package::path` for its own list of packages only. Upstream: mmengine
0.10.7, `mmengine/config/utils.py` (`MODULE2PACKAGE`) and `Config._get_cfg_path`. Remove
this file when that list can be extended, and says where a package keeps its configs.
"""

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.shipped import configs_in, find_by_name, shipped_folder
from mmmetaformer.text import did_you_mean

__all__ = ['base_config', 'install']

PREFIX = 'mmmetaformer::'


def base_config(path: str) -> str | None:
    """Return the file of a base config, None if the name is not of this package.

    Args:
        path: A value of `_base_`, such as 'mmmetaformer::upernet_convformer'.

    Raises:
        ConfigError: The package has no config of that name.
    """
    if not path.startswith(PREFIX):
        return None
    name = path.removeprefix(PREFIX)
    folder = shipped_folder()
    found = find_by_name(folder, name) if folder else None
    if found is None:
        names = configs_in(folder) if folder else ()
        near = did_you_mean(name.removesuffix('.py'), names)
        raise ConfigError(f'_base_: mmmetaformer has no config {name!r}.{near}')
    return str(found)


def install() -> None:
    """Extend `Config._get_cfg_path`. Further calls change nothing."""
    original = Config._get_cfg_path
    if original.__module__ == __name__:
        return

    def get_cfg_path(cfg_path: str, filename: str) -> tuple[str, str | None]:
        found = base_config(cfg_path)
        return original(cfg_path, filename) if found is None else (found, None)

    Config._get_cfg_path = staticmethod(get_cfg_path)
