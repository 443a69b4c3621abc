# SPDX-License-Identifier: Apache-2.0
"""Multi-scale and flip testing."""

from typing import Any

from mmengine.config import Config

from mmmetaformer.datasets.innermost import innermost
from mmmetaformer.errors import ConfigError

__all__ = ['use_tta']


def use_tta(cfg: Config) -> None:
    """Test each image at several scales and flipped, and merge the predictions.

    Runs the config's `tta_model` (mmseg's SegTTAModel averages class probabilities,
    mmdet's DetTTAModel suppresses boxes of all views together) on its `tta_pipeline`.

    Args:
        cfg: The run's config, changed in place, after all checks of its model.

    Raises:
        ConfigError: The config has no such parts, or the model predicts masks, which
            mmdet cannot merge.
    """
    if _predicts_masks(cfg.model):
        raise ConfigError(
            '--tta of a detector is for boxes only, since mmdet merges no masks: test '
            'a config without masks (faster_rcnn_*, cascade_rcnn_*, retinanet_*)'
        )
    for key in ('tta_model', 'tta_pipeline'):
        if key not in cfg:
            raise ConfigError(
                f'--tta needs `{key}` in the config, and it has none: see '
                'configs/_base_/datasets/ade20k.py'
            )
    for inner in innermost(cfg.test_dataloader.dataset):
        inner['pipeline'] = cfg.tta_pipeline
    cfg.tta_model.module = cfg.model
    cfg.model = cfg.tta_model


def _predicts_masks(model: Any) -> bool:
    heads = model.get('roi_head') or model
    return bool(heads.get('mask_head')) or bool(model.get('panoptic_head'))
