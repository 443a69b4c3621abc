# SPDX-License-Identifier: Apache-2.0
"""Makes mmengine write local files whole or not at all.

`LocalBackend.put` opens the target for writing, so a run that is killed while it
saves leaves a truncated checkpoint under the final name, and resuming fails.
Upstream: mmengine 0.10.7, `mmengine/fileio/backends/local_backend.py`. Can go when
`put` writes beside the target and renames.
"""

import os
import tempfile
from pathlib import Path

from mmengine.fileio import LocalBackend

__all__ = ['install']


def install() -> None:
    """Replace `LocalBackend.put`. Calling it again changes nothing."""
    LocalBackend.put = _put


def _put(self: LocalBackend, obj: bytes, filepath: str | Path) -> None:
    """Write bytes beside `filepath`, then rename."""
    target = Path(filepath)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f'.{target.name}.')
    try:
        with os.fdopen(handle, 'wb') as file:
            file.write(obj)
        # mkstemp makes the file private; give it the mode that open() would have.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
