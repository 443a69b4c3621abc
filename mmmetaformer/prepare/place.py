# SPDX-License-Identifier: Apache-2.0
"""Put an image where training looks for it, without changing it."""

import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from mmmetaformer.checks.writable import existing_folder
from mmmetaformer.errors import ConfigError
from mmmetaformer.text import size_text

__all__ = ['Placer']

#: Why a file system has no hard link of a file: another disk, no such links, too many.
NO_LINK = (errno.EXDEV, errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EMLINK)


class Placer:
    """Links files to new places, or copies them.

    The links are hard ones: they take no space, and either folder can be moved or
    deleted. Where there are none, such as between two disks, files are copied.

    Args:
        copy: Copy in any case.
    """

    def __init__(self, copy: bool) -> None:
        self._copy = copy
        self.linked = 0
        self.copied = 0

    def check_space(self, files: Iterable[Path], target: Path) -> None:
        """Refuse a disk on which the copies do not fit.

        Args:
            files: All that will be placed.
            target: Where, on a disk of its own or on that of the files.

        Raises:
            ConfigError: There is less space than the copies take.
        """
        disk = existing_folder(target.absolute())
        device = disk.stat().st_dev
        stats = [file.stat() for file in files]
        needed = sum(
            stat.st_size for stat in stats if self._copy or stat.st_dev != device
        )
        free = shutil.disk_usage(disk).free
        if free < needed:
            raise ConfigError(
                f'{disk} has {size_text(free)} free, and the copies of {len(stats):,} '
                f'images take {size_text(needed)}: free space, or choose another '
                'folder: --out'
            )

    def place(self, file: Path, target: Path) -> None:
        """Put a file at `target`, whose folder is created."""
        target.parent.mkdir(parents=True, exist_ok=True)
        if not self._copy:
            try:
                # The file itself, not a symbolic link that may point nowhere later.
                os.link(os.path.realpath(file), target)
            except OSError as error:
                if error.errno not in NO_LINK:
                    raise
            else:
                self.linked += 1
                return
        shutil.copy2(file, target)
        self.copied += 1

    def words(self) -> str:
        """Return how the images were placed."""
        if not self.copied:
            return 'images are hard links: no extra space, and both folders can move'
        if self._copy:
            return 'images are copies'
        return 'images are copies: no hard links from another disk or owner'
