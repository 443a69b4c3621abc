# SPDX-License-Identifier: Apache-2.0
"""Whether training can resume from a checkpoint."""

from collections.abc import Mapping
from typing import Any

from mmengine.config import Config

from mmmetaformer.engine.finite.numbers import bad_states
from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.text import shortened
from mmmetaformer.weights.checksums import has_checksums

from .classes import check_class_names
from .contents import Checkpoint, check_checkpoint

__all__ = ['check_resumable', 'shapes_of']


def check_resumable(path: str, cfg: Config) -> Checkpoint:
    """Refuse a checkpoint that is damaged, not finite or not one of this run.

    Args:
        path: A local file, or an address that mmengine knows, such as https.
        cfg: The run's config, without errors in its data sets.

    Returns:
        The checkpoint.

    Raises:
        ConfigError: With the reason, after the path.
    """
    checkpoint = check_checkpoint(path, resume=True)
    bad = bad_states(checkpoint.contents)
    if bad:
        raise ConfigError(
            f'{path} has {len(bad)} tensors that are NaN or infinite '
            f'({shortened(bad, 3)}): the run that saved it had diverged'
        )
    check_class_names(checkpoint, cfg, 'train')
    if '://' not in path and not has_checksums(path):
        warn(f"{path} is in torch's old format: damage inside tensors cannot be seen")
    return checkpoint


def shapes_of(weights: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a state dict by key, which say of which model it is."""
    return {key: tuple(getattr(value, 'shape', ())) for key, value in weights.items()}
