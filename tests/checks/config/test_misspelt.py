# SPDX-License-Identifier: Apache-2.0
"""Each argument and each type in a few configs, with a letter less."""

import copy

import pytest
from mmengine.config import Config

from mmmetaformer.checks.config.arguments import wrong_arguments

PARTS = (
    'model',
    'optim_wrapper',
    'param_scheduler',
    'train_dataloader',
    'val_evaluator',
    'default_hooks',
    'visualizer',
    'log_processor',
    'default_scope',
)


def typed(node, path=()):
    if isinstance(node, dict):
        if 'type' in node:
            yield path, node
        for key, value in node.items():
            yield from typed(value, (*path, key))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from typed(value, (*path, i))


def misspelt(content):
    """Yield path, argument and config for each argument of each typed dict."""
    for path, node in typed(content):
        for key in node:
            changed = copy.deepcopy(content)
            inner = changed
            for step in path:
                inner = inner[step]
            if key == 'type':
                inner['type'] += 'x'
            else:
                middle = len(key) // 2
                inner[key[:middle] + key[middle + 1 :]] = inner.pop(key)
            yield path, key, Config(changed)


@pytest.mark.parametrize(
    'name',
    [
        'upernet_convformer',
        pytest.param('mask_rcnn_caformer', marks=pytest.mark.slow),
    ],
)
def test_misspelt_arguments_are_found(root, name):
    content = Config.fromfile(root / f'configs/{name}.py').to_dict()
    content = {key: content[key] for key in PARTS}
    cases = list(misspelt(content))
    assert len(cases) > 80
    # Functions and classes of mmcv.ops are in no registry.
    missed = [
        (path, key)
        for path, key, cfg in cases
        if not list(wrong_arguments(cfg, ('train', 'val')))
        and not {'nms', 'roi_layer'} & {*path, key}
    ]
    assert not missed
