# SPDX-License-Identifier: Apache-2.0
"""Put an image where training looks for it, without changing it."""

import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from mmmetaformer.disk import check_free, nearest_folder

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
        device = nearest_folder(target.absolute()).stat().st_dev
        sizes = [
            stat.st_size
            for stat in (file.stat() for file in files)
            if self._copy or stat.st_dev != device
        ]
        check_free(target, sum(sizes), f'the copies of {len(sizes):,} files take')

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
        """Return how the files were placed."""
        if not self.copied:
            return 'images are hard links: no extra space, and both folders can move'
        if self._copy:
            return 'images are copies'
        reason = 'no hard links from another disk or owner'
        if self.linked:
            return f'{self.linked:,} hard links, {self.copied:,} copies: {reason}'
        return f'images are copies: {reason}'
