# SPDX-License-Identifier: Apache-2.0
"""Whether something reads the keys of a model's `train_cfg` and `test_cfg`."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.text import did_you_mean, shortened

from .words import is_word_of_host

__all__ = ['check_model_settings']

SETTINGS = ('train_cfg', 'test_cfg')
# What mmdet's two-stage detectors read themselves; all else is a setting of one stage.
STAGES = ('rpn', 'rcnn', 'rpn_proposal', 'panoptic')
# The keys of most configs, for which the host's code need not be searched. It takes a
# second. mmdet's configs have `debug`, though nothing uses it.
COMMON = {
    'allowed_border',
    'assigner',
    'crop_size',
    'debug',
    'mask_size',
    'mask_thr_binary',
    'max_per_img',
    'min_bbox_size',
    'mode',
    'nms',
    'nms_pre',
    'pos_weight',
    'sampler',
    'score_thr',
    'stride',
}


def check_model_settings(cfg: Config) -> None:
    """Refuse a key of the model's `train_cfg` or `test_cfg` that nothing reads.

    They have no signature: the host's code reads them by name.

    Args:
        cfg: The run's config.

    Raises:
        ConfigError: A key is misspelt, or beside the stage that it belongs to.
    """
    for place, settings, is_two_stage in _settings(cfg.model, 'model'):
        stages = [key for key in settings or () if key in STAGES]
        for key in settings or ():
            if is_two_stage and key in COMMON and stages:
                raise ConfigError(
                    f'nothing reads {place}.{key}: it belongs to one of the stages, '
                    f'such as {place}.{"rcnn" if "rcnn" in stages else stages[0]}.{key}'
                )
        _check_keys(cfg, place, settings)


def _settings(node: Any, place: str) -> Iterator[tuple[str, Any, bool]]:
    """Yield place and content of each, and whether it is a two-stage detector's."""
    if isinstance(node, (list, tuple)):
        for i, one in enumerate(node):
            yield from _settings(one, f'{place}.{i}')
    if not isinstance(node, Mapping):
        return
    for key, value in node.items():
        if key in SETTINGS:
            yield f'{place}.{key}', value, 'roi_head' in node
        else:
            yield from _settings(value, f'{place}.{key}')


def _check_keys(cfg: Config, place: str, node: Any) -> None:
    if isinstance(node, (list, tuple)):
        for i, one in enumerate(node):
            _check_keys(cfg, f'{place}.{i}', one)
    # What has a type has a signature.
    if not isinstance(node, Mapping) or 'type' in node:
        return
    for key, value in node.items():
        known = COMMON | set(STAGES)
        if key not in known and not is_word_of_host(cfg, str(key), as_key=True):
            raise ConfigError(
                f'nothing reads {place}.{key}.{did_you_mean(key, sorted(known))} '
                f'{place} has the keys {shortened(node, 12)}'
            )
        _check_keys(cfg, f'{place}.{key}', value)
