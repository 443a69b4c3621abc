# SPDX-License-Identifier: Apache-2.0
"""No stock config of mmdet or mmseg is refused for what it says."""

from pathlib import Path

import mmdet
import mmseg
import pytest
from mmengine.config import Config

from mmmetaformer.checks.config.class_weights import check_class_weights
from mmmetaformer.checks.config.crops import check_crops, check_windows
from mmmetaformer.checks.config.keys import check_keys, check_variables
from mmmetaformer.checks.config.model_settings import check_model_settings
from mmmetaformer.checks.config.monitors import check_monitors
from mmmetaformer.checks.config.schedule import check_loops, check_schedule

# They cannot be trained: no size of the batch, or the class weights of other data.
BROKEN = (
    'qdtrack_faster-rcnn_r50_fpn_4e_base.py',
    'bisenetv2_fcn_4xb4-ohem-160k_cityscapes-1024x1024.py',
    'san-vit-b16_pascal_context-640x640.py',
    'san-vit-b16_voc12aug-640x640.py',
    'san-vit-l14_pascal_context-640x640.py',
    'san-vit-l14_voc12aug-640x640.py',
    'upernet_r18_4xb4-160k_ade20k-512x512.py',
    'upernet_r18_4xb4-20k_voc12aug-512x512.py',
    'upernet_r18_4xb4-40k_voc12aug-512x512.py',
    'upernet_r18_4xb4-80k_ade20k-512x512.py',
)


def configs():
    for package in (mmdet, mmseg):
        folder = Path(package.__file__).parent / '.mim/configs'
        for file in sorted(folder.rglob('*.py')):
            if '_base_' in file.parts or file.name in BROKEN:
                continue
            try:
                cfg = Config.fromfile(file)
            except (FileNotFoundError, ImportError, KeyError):  # errors of their own
                continue
            if 'model' in cfg:
                yield cfg


@pytest.mark.slow
def test_stock_configs_pass():
    number = 0
    for cfg in configs():
        number += 1
        check_keys(cfg)
        check_variables(cfg)
        check_model_settings(cfg)
        check_loops(cfg, ())
        check_schedule(cfg)
        check_monitors(cfg)
        check_class_weights(cfg.model)
        check_crops(cfg)
        check_windows(cfg)
    assert number > 1400
