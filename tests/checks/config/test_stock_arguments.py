# SPDX-License-Identifier: Apache-2.0
"""No sound config is refused: all of mmdet, mmseg and this project are read."""

import importlib.util
from pathlib import Path

import pytest
from mmengine.config import Config

from mmmetaformer.checks.config.arguments import wrong_arguments

SPLITS = ('train', 'val', 'test')
# Stock configs that fail in mmdet and mmseg, too: part of the path, and what is wrong.
WRONG = {
    'solov2/solov2-light': "EpochBasedTrainLoop has no argument 'by_epoch'",
    'bytetrack/bytetrack_yolox_x_8xb4': "type 'MOTChallengeMetrics'",
    'cascade-rpn_r50-caffe_fpn_1x_coco': "has no argument 'sampling'",
    'faster-rcnn_r50_fpn_1x_voc0712-cocofmt': "CocoMetric has no argument 'eval_mode'",
    'fcos_swinb_fpn_8x4_sample1e-3': "FPN has no argument 'force_grad_on_level'",
}


def stock_configs(package):
    spec = importlib.util.find_spec(package)
    configs = Path(spec.origin).parent / '.mim' / 'configs'
    return [f for f in sorted(configs.rglob('*.py')) if '_base_' not in f.parts]


def run_of(file):
    """Read a config; None if it is not a run, or its files or packages are missing."""
    try:
        cfg = Config.fromfile(file)
    except (FileNotFoundError, ImportError, RuntimeError):
        return None
    return cfg if 'model' in cfg else None


def test_configs_of_this_project(root):
    files = sorted((root / 'configs').glob('*.py'))
    assert len(files) > 20
    for file in files:
        wrong = list(wrong_arguments(Config.fromfile(file), SPLITS))
        assert not wrong, file


@pytest.mark.slow
@pytest.mark.parametrize('package', ['mmdet', 'mmseg'])
def test_stock_configs(package):
    checked = 0
    for file in stock_configs(package):
        cfg = run_of(file)
        if cfg is None:
            continue
        checked += 1
        known = [what for part, what in WRONG.items() if part in str(file)]
        for wrong in wrong_arguments(cfg, SPLITS):
            assert any(what in wrong.what for what in known), (file, wrong)
    assert checked > 600
