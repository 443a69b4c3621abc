# SPDX-License-Identifier: Apache-2.0
"""What an exported file says about the data that its network was trained on."""

from typing import Any

from mmengine.config import Config

from mmmetaformer.checks.checkpoint.contents import Checkpoint
from mmmetaformer.checks.config.head_classes import classes_of
from mmmetaformer.host import data_sets_of, dicts_in, registered_data_set

__all__ = ['class_names', 'test_resize']


def class_names(cfg: Config, checkpoint: Checkpoint) -> dict[str, Any]:
    """Return `classes` and `palette`, each None if nothing names them.

    Args:
        cfg: The run's config.
        checkpoint: What it says counts more than the config.
    """
    scope = cfg.get('default_scope')
    dataset = next(data_sets_of(cfg, 'test'), None)
    palette = (checkpoint.meta.get('dataset_meta') or {}).get('palette')
    classes = checkpoint.classes
    if dataset is not None:
        classes = classes or classes_of(dataset, scope)
        kind = registered_data_set(dataset, scope)
        by_type = getattr(kind, 'METAINFO', {})
        palette = palette or (dataset.get('metainfo') or {}).get('palette')
        if classes and list(by_type.get('classes') or ()) == list(classes):
            palette = palette or by_type.get('palette')
    return dict(
        classes=list(classes) if classes else None,
        palette=[list(color) for color in palette] if palette else None,
    )


def test_resize(cfg: Config) -> dict[str, Any] | None:
    """Return the `scale` and `keep_ratio` to which testing resizes images, or None."""
    for dataset in data_sets_of(cfg, 'test'):
        for transform in dicts_in(dataset.get('pipeline')):
            if 'Resize' in str(transform.get('type')) and 'scale' in transform:
                return dict(
                    scale=list(transform['scale']),
                    keep_ratio=bool(transform.get('keep_ratio', False)),
                )
    return None
