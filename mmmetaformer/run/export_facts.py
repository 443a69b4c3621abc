# SPDX-License-Identifier: Apache-2.0
"""What an exported file says about the data that its network was trained on."""

from typing import Any

from mmengine.config import Config

from mmmetaformer.host import data_sets_of, dicts_in

__all__ = ['test_resize']


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
