# SPDX-License-Identifier: Apache-2.0
"""Whether the bytes of a checkpoint are those that were saved."""

import zipfile

from mmmetaformer.errors import ConfigError

__all__ = ['check_checksums', 'has_checksums']


def has_checksums(path: str) -> bool:
    """Return whether a file has checksums; that of torch before version 1.6 has none.

    Args:
        path: A local file.
    """
    return zipfile.is_zipfile(path)


def check_checksums(path: str, name: str = '', way_out: str = '') -> None:
    """Refuse a file that does not have the bytes that `torch.save` wrote.

    torch itself does not look at the checksums.

    Args:
        path: A local file; one without checksums is not judged.
        name: What the user calls it, if not by its path.
        way_out: Last sentence of the error message.

    Raises:
        ConfigError: A checksum is wrong.
    """
    if not has_checksums(path):
        return
    name, way_out = name or path, way_out and f'. {way_out}'
    try:
        with zipfile.ZipFile(path) as archive:
            record = archive.testzip()
    # Damaged headers raise exceptions of many types.
    except Exception as error:
        raise ConfigError(f'{name} is damaged: {error}{way_out}') from error
    if record is not None:
        raise ConfigError(
            f'{name} is damaged: the checksum of its record {record} is wrong{way_out}'
        )
