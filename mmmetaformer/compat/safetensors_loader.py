# SPDX-License-Identifier: Apache-2.0
"""Make mmengine load `.safetensors` files, for testing, fine-tuning and inferencers.

mmengine 0.10.7 reads every local file with `torch.load`. Remove this file when its
`CheckpointLoader` reads this format.
"""

from typing import Any

from mmengine.runner import CheckpointLoader

from mmmetaformer.weights.publish import read_published

__all__ = ['install']

# A regular expression. The loaders of http and other schemes are tried before it.
LOCAL_SAFETENSORS = r'.+\.safetensors$'


def install() -> None:
    """Register the loader. Further calls change nothing."""
    CheckpointLoader.register_scheme(LOCAL_SAFETENSORS, loader=_load, force=True)


def _load(filename: str, map_location: Any) -> dict[str, Any]:
    return read_published(filename)
