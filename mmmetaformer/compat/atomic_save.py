# SPDX-License-Identifier: Apache-2.0
"""Make mmengine write local files completely or not at all.

`LocalBackend.put` writes to the target itself. A run that is killed while it saves
leaves a truncated checkpoint there, and cannot resume from it. Upstream: mmengine
0.10.7, `mmengine/fileio/backends/local_backend.py`. Remove this file when `put` writes
a temporary file and renames it.
"""

import os
import tempfile
from pathlib import Path

from mmengine.fileio import LocalBackend

__all__ = ['install']


def install() -> None:
    """Replace `LocalBackend.put`. Further calls change nothing."""
    LocalBackend.put = _put


def _put(self: LocalBackend, obj: bytes, filepath: str | Path) -> None:
    """Write bytes to a temporary file in the same folder, then rename it."""
    target = Path(filepath)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f'.{target.name}.')
    try:
        with os.fdopen(handle, 'wb') as file:
            file.write(obj)
        # mkstemp makes the file private; set the mode that open() would set.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
