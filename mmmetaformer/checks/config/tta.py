# SPDX-License-Identifier: Apache-2.0
"""Whether a config can predict at several scales and flipped."""

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import predicts_masks

__all__ = ['check_tta']


def check_tta(cfg: Config) -> None:
    """Refuse a config without `tta_model` and `tta_pipeline`, or one of masks.

    Raises:
        ConfigError: The config has no such parts, or the model predicts masks, which
            mmdet cannot merge.
    """
    if predicts_masks(cfg.model):
        raise ConfigError(
            '--tta of a detector is for boxes only, since mmdet does not merge masks: '
            'take a config without masks (faster_rcnn_*, cascade_rcnn_*, retinanet_*)'
        )
    for key in ('tta_model', 'tta_pipeline'):
        if not cfg.get(key):
            raise ConfigError(
                f'--tta needs `{key}`, which the config does not have; '
                'configs/_base_/datasets/ade20k.py is an example'
            )
