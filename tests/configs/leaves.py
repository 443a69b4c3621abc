# SPDX-License-Identifier: Apache-2.0
"""The list of all experiments, and where their files are."""

import copy
from functools import cache
from pathlib import Path

from mmengine.config import Config

CONFIGS = Path(__file__).parents[2] / 'configs'
#: Every config that is a run, by its name.
FILES = {
    path.stem: path
    for path in sorted(CONFIGS.rglob('*.py'))
    if path.relative_to(CONFIGS).parts[0] != '_base_'
}

STRONG = [
    f'{f}{a}'
    for f in ('convformer', 'caformer')
    for a in ('', *['_s36', '_m36', '_b36'])
]
PLAIN = [
    f'{f}{a}'
    for f in ('identityformer', 'randformer', 'poolformerv2')
    for a in ('', '_s24', '_s36')
]
POOL = ['poolformer', 'poolformer_s24', 'poolformer_s36']
POOL_M = [*POOL, 'poolformer_m36', 'poolformer_m48']
BOTH_S = [f'{f}{a}' for f in ('convformer', 'caformer') for a in ('', '_s36')]
BOTH = ['convformer', 'caformer']
#: Sets of label maps beside ADE20K.
MAPS = ['cityscapes', 'loveda', 'voc', 'binary']
REFERENCES = ['swin_t', 'convnext_t', 'resnet_50']

#: Backbones of each recipe. The star in the recipe's name stands for the backbone.
LEAVES = {
    'upernet_*': [*STRONG, *PLAIN, 'poolformer', *REFERENCES],
    'upernet_*_640': [*STRONG, 'convnext_b'],
    **{f'upernet_*_{data}': BOTH for data in MAPS},
    'segformer_*': BOTH_S,
    'mask2former_semantic_*': BOTH_S,
    'semantic_fpn_*': [*POOL_M, 'resnet_50'],
    'mask_rcnn_*': [*STRONG, *PLAIN, *POOL, *REFERENCES],
    'mask_rcnn_*_3x': [*STRONG, *REFERENCES],
    'cascade_mask_rcnn_*_3x': [*STRONG, *REFERENCES],
    'cascade_mask_rcnn_*_3x_layer_decay': BOTH_S,
    'faster_rcnn_*': STRONG,
    'faster_rcnn_*_voc': BOTH,
    'cascade_rcnn_*_3x': STRONG,
    'retinanet_*': [*POOL, 'resnet_50'],
    'mask2former_instance_*': BOTH_S,
    'dino_*': BOTH_S,
    'rtmdet_ins_*': BOTH_S,
}
NAMES = [p.replace('*', b) for p, backbones in LEAVES.items() for b in backbones]


@cache
def _load(name):
    return Config.fromfile(FILES[name])


def load(name):
    """Return the config of a leaf, which the caller may change."""
    return copy.deepcopy(_load(name))
