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


def check_checksums(path: str) -> None:
    """Refuse a file that does not have the bytes that `torch.save` wrote.

    torch itself does not look at the checksums.

    Args:
        path: A local file; one without checksums is not judged.

    Raises:
        ConfigError: A checksum is wrong.
    """
    if not has_checksums(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            record = archive.testzip()
    # Damaged headers raise exceptions of many types.
    except Exception as error:
        raise ConfigError(f'{path} is damaged: {error}') from error
    if record is not None:
        raise ConfigError(
            f'{path} is damaged: the checksum of its record {record} is wrong'
        )
