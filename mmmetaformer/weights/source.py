# SPDX-License-Identifier: Apache-2.0
"""From what a user names as checkpoint to a file on this machine."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import torch

from mmmetaformer.errors import ConfigError

from .catalogue import Entry, find_entry, guess_entry
from .download import download
from .files import find_file

__all__ = ['cache_folder', 'locate', 'published_entry']

CATALOGUED = ('sail:', 'timm:')
# torch's hub and OpenMMLab put the beginning of the hash into the name.
HASH_IN_NAME = re.compile(r'-([0-9a-f]{8,64})\.')


def cache_folder() -> Path:
    """Folder that downloads go to: that of torch's hub."""
    return Path(torch.hub.get_dir()) / 'checkpoints'


def locate(checkpoint: str) -> Path:
    """Find the file of a checkpoint; download it if need be.

    Args:
        checkpoint: `sail:NAME` or `timm:TAG` of the catalogue, an http(s) address, or
            a local file or folder.

    Raises:
        ConfigError: No such checkpoint, or it cannot be had.
    """
    if checkpoint.startswith(CATALOGUED):
        entry = find_entry(checkpoint)
        target = cache_folder() / entry.file_name
        download(entry.url, target, size=entry.size, sha256=entry.sha256)
        return target
    if checkpoint.startswith(('http://', 'https://')):
        name = unquote(urlsplit(checkpoint).path.rsplit('/', 1)[-1])
        if not name:
            raise ConfigError(f'{checkpoint} is the address of no file')
        target = cache_folder() / name
        found = HASH_IN_NAME.search(name)
        download(checkpoint, target, sha256=found[1] if found else None)
        return target
    if re.match(r'[a-z0-9+]{2,}:', checkpoint) and not Path(checkpoint).exists():
        raise ConfigError(
            f'checkpoint {checkpoint!r} is neither {" nor ".join(CATALOGUED)} nor an '
            'http(s) address nor a local file or folder'
        )
    return find_file(checkpoint)


def published_entry(checkpoint: str) -> Entry | None:
    """Tell which published checkpoint is meant, by its name; None if none is."""
    if checkpoint.startswith(CATALOGUED):
        return find_entry(checkpoint)
    return guess_entry(urlsplit(checkpoint).path.rsplit('/', 1)[-1])
