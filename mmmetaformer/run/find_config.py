# SPDX-License-Identifier: Apache-2.0
"""Placeholder until merged."""

from pathlib import Path

from mmmetaformer.errors import ConfigError

__all__ = ['find_config']


def find_config(path: str) -> Path:
    """Find it."""
    if not Path(path).is_file():
        raise ConfigError(f'there is no config file {path}')
    return Path(path)
