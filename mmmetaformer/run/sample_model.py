# SPDX-License-Identifier: Apache-2.0
"""A config's model, small enough to learn sample data on a CPU in a few minutes."""

from collections.abc import Collection
from typing import Any

from mmmetaformer.host import HEADS, SEGMENTOR_HEADS, dicts_in

from .own_data import set_num_classes

__all__ = ['has_transformer', 'shrink_model']

HEAD_SHRINK = 4  # divides the channels of segmentation heads
NECK_SHRINK = 4  # divides the channels of necks and of everything after them
NECKS = (
    'FPN',
    'mmmetaformer.detection.FPN',
    'mmmetaformer.segmentation.FPN',
    'CSPNeXtPAFPN',
)
ROIS = 32  # anchors and RoIs sampled per image to train RPN, box and mask heads
PROPOSALS = 200  # kept per image
CHANNEL_KEYS = {
    'in_channels',
    'out_channels',
    'feat_channels',
    'conv_out_channels',
    'fc_out_channels',
}
#: The most of each that the transformers of heads keep.
AT_MOST = {
    'num_layers': 2,
    'num_queries': 100,
    'num_dn_queries': 20,
    'num_points': 1024,
}


def shrink_model(model: Any, num_classes: int, crop_size: int) -> None:
    """Shrink a model: fewer channels, layers and proposals, and no weights to load.

    Args:
        model: The model's config, changed in place.
        num_classes: Classes of the sample data.
        crop_size: Side of training crops and test windows in pixels.
    """
    set_num_classes(model, num_classes)
    for node in dicts_in(model):
        if 'nms_pre' in node and 'max_per_img' in node:
            node['max_per_img'] = min(node['max_per_img'], PROPOSALS)
        if node.get('type') == 'RandomSampler':
            node['num'] = min(node['num'], ROIS)
        if node.get('mode') == 'slide':
            node.update(crop_size=(crop_size,) * 2, stride=(crop_size * 2 // 3,) * 2)
    backbone = model.get('backbone', {})
    # Stochastic depth only slows down a schedule of a few hundred steps.
    if 'drop_path_rate' in backbone:
        backbone.drop_path_rate = 0.0
    backbone.pop('init_cfg', None)  # from scratch, and without a network
    if 'size' in model.get('data_preprocessor', {}):
        model.data_preprocessor.size = (crop_size, crop_size)
    for name in SEGMENTOR_HEADS:
        _divide(model.get(name), {'channels'}, HEAD_SHRINK)
    if isinstance(model.get('neck'), dict) and model.neck.type in NECKS:
        _divide(model.neck, {'out_channels'}, NECK_SHRINK)
        for name in HEADS:
            _divide(model.get(name), CHANNEL_KEYS, NECK_SHRINK)
    rest = [part for key, part in model.items() if key != 'backbone']
    for node in (model, *dicts_in(rest)):
        for key, most in AT_MOST.items():
            if isinstance(node.get(key), int):
                node[key] = min(node[key], most)


def has_transformer(model: Any) -> bool:
    """Return whether the heads of a model match queries to objects or masks."""
    parts = (model, model.get('panoptic_head'), model.get('decode_head'))
    return any(isinstance(part, dict) and 'num_queries' in part for part in parts)


def _divide(config: Any, keys: Collection[str], factor: int) -> None:
    for node in dicts_in(config):
        for key in keys & node.keys():
            node[key] = _divided(node[key], factor)


def _divided(channels: Any, factor: int) -> Any:
    if isinstance(channels, (list, tuple)):
        return [one // factor for one in channels]
    return channels // factor
