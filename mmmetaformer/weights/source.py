# SPDX-License-Identifier: Apache-2.0
"""Find the local file for a value of `checkpoint=`."""

import hashlib
import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import torch

from mmmetaformer.errors import ConfigError

from .catalogue import Entry, find_entry, guess_entry
from .download import download, hash_of
from .files import find_file

__all__ = ['cache_folder', 'locate', 'published_entry']

CATALOGUED = ('sail:', 'timm:', 'surgenet:')
# torch's hub and OpenMMLab put the beginning of the hash into the file name.
HASH_IN_NAME = re.compile(r'-([0-9a-f]{8,64})\.(?:pth|pth\.tar|safetensors|bin)')


def cache_folder() -> Path:
    """Return the folder for downloads, which is that of torch's hub."""
    return Path(torch.hub.get_dir()) / 'checkpoints'


def locate(checkpoint: str) -> Path:
    """Return the file of a checkpoint, and download it if necessary.

    Args:
        checkpoint: A name of the catalogue, such as `sail:caformer_s18`; an http(s)
            address; or a local file or folder.

    Raises:
        ConfigError: There is no such checkpoint, or it cannot be downloaded.
    """
    is_address = checkpoint.startswith(('http://', 'https://'))
    entry = published_entry(checkpoint)
    if entry and (is_address or checkpoint == entry.name):
        target = cache_folder() / entry.file_name
        download(entry.url, target)
        return target
    if is_address:
        name = PurePosixPath(unquote(urlsplit(checkpoint).path)).name
        if name in ('', '.', '..'):
            raise ConfigError(
                f'{checkpoint} is not the address of a file: it ends without a file '
                'name. Set checkpoint to the address of the file itself.'
            )
        # Many files have the same name: the path in the cache depends on the address.
        place = hashlib.sha256(checkpoint.encode()).hexdigest()[:12]
        found = HASH_IN_NAME.search(name)
        # Only digits: a date or a step, not a hash.
        known = found[1] if found and not found[1].isdecimal() else None
        # Where torch's hub put it. Without a hash, it may be from another address.
        from_hub = cache_folder() / name
        if known and from_hub.is_file() and hash_of(from_hub).startswith(known):
            return from_hub
        target = cache_folder() / f'{place}_{name}'
        download(checkpoint, target, sha256=known)
        return target
    if re.match(r'[a-z0-9+]{2,}:', checkpoint) and not Path(checkpoint).exists():
        raise ConfigError(
            f'checkpoint {checkpoint!r} does not exist. Expected a name of '
            '`tools/weights.py list`, an http(s) address, or a local file or folder.'
        )
    return find_file(checkpoint)


def published_entry(checkpoint: str) -> Entry | None:
    """Return the published checkpoint that `checkpoint` names, None if it is unknown.

    It is detected from its name in the catalogue, its address, the name of the file, or
    the name that the hub's own tool gives the folder. A renamed file is unknown.
    """
    if checkpoint.startswith(CATALOGUED):
        return find_entry(checkpoint)
    if checkpoint.startswith(('http://', 'https://')):
        return guess_entry(url=checkpoint.split('?')[0])
    path = Path(checkpoint)
    names = (path.name, f'{path.name}.safetensors', f'{path.parent.name}.safetensors')
    found = (guess_entry(file_name=name) for name in names)
    return next((entry for entry in found if entry), None)
