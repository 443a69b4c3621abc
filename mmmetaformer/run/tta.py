# SPDX-License-Identifier: Apache-2.0
"""Testing at several scales and flipped."""

from mmengine.config import Config

from mmmetaformer.checks.config.tta import check_tta
from mmmetaformer.host import data_sets_of

__all__ = ['use_tta_model', 'use_tta_pipeline']


def use_tta_pipeline(cfg: Config) -> None:
    """Load each image at several scales and flipped: the config's `tta_pipeline`.

    Args:
        cfg: The run's config, changed in place, before all checks of its data.

    Raises:
        ConfigError: The config has no such parts, or the model predicts masks, which
            mmdet cannot merge.
    """
    check_tta(cfg)
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
