# SPDX-License-Identifier: Apache-2.0
"""Allow what mmengine's checkpoints contain while mmengine loads one, and only then.

For programs that are not ours, in which `safe_resume.install` would change what every
`torch.load` accepts. Remove this file together with `safe_resume`.
"""

from typing import Any

from mmengine.runner import CheckpointLoader

from .safe_resume import allowed

__all__ = ['install']

# mmengine's own, from before any call of `install`.
LOAD = vars(CheckpointLoader)['load_checkpoint'].__func__


def install() -> None:
    """Wrap mmengine's loader. Further calls change nothing."""
    CheckpointLoader.load_checkpoint = _load_checkpoint


@classmethod  # type: ignore[misc]
def _load_checkpoint(
    cls: type[CheckpointLoader],
    filename: str,
    map_location: Any = None,
    logger: Any = 'current',
) -> Any:
    with allowed():
        return LOAD(cls, filename, map_location, logger)
