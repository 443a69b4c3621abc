# SPDX-License-Identifier: Apache-2.0
"""Whether an archive is the one that is expected."""

import hashlib
import zipfile
from pathlib import Path

from tqdm import tqdm

from mmmetaformer.errors import ConfigError

from .official import Archive

__all__ = ['how_verified', 'verify']

CHUNK = 1 << 20  # bytes
BAR_FROM = 1 << 28  # bytes: about a second


def verify(path: Path, archive: Archive) -> None:
    """Compare a file with what is known of the archive.

    Raises:
        ConfigError: It has another size or hash, or is no zip file.
    """
    size = path.stat().st_size
    if archive.size is not None and size != archive.size:
        raise ConfigError(
            f'{path} has {size:,} bytes, expected {archive.size:,}: it was cut off, or '
            'is another file. Download it again'
        )
    if archive.md5 is not None:
        found = _md5(path, archive.name)
        if found != archive.md5:
            raise ConfigError(
                f'{path} has MD5 {found}, expected {archive.md5}: it is damaged, or '
                'another file. Download it again'
            )
    if not zipfile.is_zipfile(path):
        raise ConfigError(f'{path} is no complete zip file. Download it again')


def how_verified(archive: Archive) -> str:
    """Return what was compared."""
    known = [
        word
        for word, value in (('size', archive.size), ('MD5', archive.md5))
        if value is not None
    ]
    return f'{" and ".join([*known, "the CRC of each file"])} verified'


def _md5(path: Path, name: str) -> str:
    # As an identity, not against attackers.
    digest = hashlib.md5(usedforsecurity=False)
    total = path.stat().st_size
    with (
        open(path, 'rb') as file,
        tqdm(
            desc=f'{name} MD5',
            total=total,
            unit='B',
            unit_scale=True,
            leave=False,
            disable=True if total < BAR_FROM else None,
        ) as progress,
    ):
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            progress.update(len(chunk))
    return digest.hexdigest()
