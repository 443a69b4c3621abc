# SPDX-License-Identifier: Apache-2.0
"""Testing at several scales and flipped."""

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import data_sets_of, predicts_masks

__all__ = ['use_tta_model', 'use_tta_pipeline']


def use_tta_pipeline(cfg: Config) -> None:
    """Load each image at several scales and flipped: the config's `tta_pipeline`.

    Args:
        cfg: The run's config, changed in place, before all checks of its data.

    Raises:
        ConfigError: The config has no such parts, or the model predicts masks, which
            mmdet cannot merge.
    """
    if predicts_masks(cfg.model):
        raise ConfigError(
            '--tta of a detector is for boxes only, since mmdet does not merge masks: '
            'test a config without masks (faster_rcnn_*, cascade_rcnn_*, retinanet_*)'
        )
    for key in ('tta_model', 'tta_pipeline'):
        if key not in cfg:
            raise ConfigError(
                f'--tta needs `{key}`, which the config does not have; '
                'configs/_base_/datasets/ade20k.py is an example'
            )
    for dataset in data_sets_of(cfg, 'test'):
        dataset['pipeline'] = cfg.tta_pipeline


def use_tta_model(cfg: Config) -> None:
    """Merge the predictions for all views of an image: the config's `tta_model`.

    mmseg's SegTTAModel averages class probabilities, mmdet's DetTTAModel applies NMS to
    the boxes of all views.

    Args:
        cfg: The run's config, changed in place, after all checks of its model.
    """
    cfg.tta_model.module = cfg.model
    cfg.model = cfg.tta_model
