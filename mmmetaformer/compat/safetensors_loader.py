# SPDX-License-Identifier: Apache-2.0
"""Lets mmengine load `.safetensors` files: for testing, fine-tuning, inferencers.

mmengine 0.10.7 gives every local file to `torch.load`. Can go when its
`CheckpointLoader` knows the format.
"""

from typing import Any

from mmengine.runner import CheckpointLoader

from mmmetaformer.weights.publish import read_published

__all__ = ['install']

# A regular expression; the loaders of http and other schemes come before it.
LOCAL_SAFETENSORS = r'.+\.safetensors$'


def install() -> None:
    """Register the loader. Calling it again changes nothing."""
    CheckpointLoader.register_scheme(LOCAL_SAFETENSORS, loader=_load, force=True)


def _load(filename: str, map_location: Any) -> dict[str, Any]:
    return read_published(filename)
