# SPDX-License-Identifier: Apache-2.0
"""From scratch on sample data, on the held-out split: what `--sample-data` promises."""

import re

import pytest

BARS = {
    'upernet': (r'mIoU: ([0-9.]+)', 80),
    'mask_rcnn': (r'bbox_mAP_50: ([0-9.]+)', 0.5),
    'segformer': (r'mIoU: ([0-9.]+)', 80),
    'mask2former_semantic': (r'mIoU: ([0-9.]+)', 50),
    'mask2former_instance': (r'segm_mAP_50: ([0-9.]+)', 0.4),
    'dino': (r'bbox_mAP_50: ([0-9.]+)', 0.5),
    'rtmdet_ins': (r'segm_mAP_50: ([0-9.]+)', 0.2),
}


@pytest.mark.slow
@pytest.mark.parametrize('family', ['convformer', 'caformer'])
@pytest.mark.parametrize('method', BARS)
def test_learns_the_sample_data(method, family, tool, sample, tmp_path):
    config = f'configs/{method}_{family}.py'
    common = ('--verbose', '--sample-data', sample, '--work-dir', tmp_path)
    done = tool('train.py', config, *common)
    assert done.returncode == 0, done.stderr[-3000:]
    pattern, bar = BARS[method]
    assert float(re.findall(pattern, done.stdout)[-1]) >= bar
