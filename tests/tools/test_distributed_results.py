# SPDX-License-Identifier: Apache-2.0
"""Two processes predict and report what one does, with an odd number of images."""

import pickle
import re

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope
from PIL import Image

from mmmetaformer.run.sample_run import use_sample_data

METRIC = {'upernet': r'mIoU: [\d.]+', 'mask_rcnn': r'bbox_mAP: [-\d.]+'}


def predictions(out):
    """What a run has saved for each image, in order."""
    if out.is_dir():
        files = sorted(out.iterdir())
        return [(path.name, np.asarray(Image.open(path))) for path in files]
    return [
        (one['img_id'], one['pred_instances']['scores'].numpy())
        for one in pickle.loads(out.read_bytes())
    ]


@pytest.mark.slow
@pytest.mark.skipif(torch.cuda.is_available(), reason='this is the launch without GPUs')
@pytest.mark.parametrize('method', ['upernet', 'mask_rcnn'])
def test_two_processes_report_what_one_does(
    method, tool, tiny_config, sample, tmp_path
):
    path = tiny_config(tmp_path, method, 'convformer')
    cfg = Config.fromfile(path)
    use_sample_data(cfg, sample)
    init_default_scope(cfg.default_scope)
    model = MODELS.build(cfg.model)
    torch.save(dict(state_dict=model.state_dict(), meta={}), tmp_path / 'random.pth')
    common = ('--verbose', '--sample-data', sample, '--work-dir', tmp_path / 'work')
    options = ['test_dataloader.dataset.indices=5']
    if method == 'mask_rcnn':
        # So that random weights predict something.
        options.append('model.test_cfg.rcnn.score_thr=0.0')
    found, metrics = [], []
    for name, processes in (('test.py', []), ('dist_test.sh', [2])):
        out = tmp_path / (name + ('.pkl' if method == 'mask_rcnn' else ''))
        arguments = (path, tmp_path / 'random.pth', *processes, *common, '--out', out)
        done = tool(name, *arguments, '--cfg-options', *options)
        assert done.returncode == 0, done.stderr[-3000:]
        found.append(predictions(out))
        metrics.append(re.findall(METRIC[method], done.stdout + done.stderr)[-1])
    assert len(found[0]) == 5
    for (image, one), (other_image, other) in zip(*found, strict=True):
        assert image == other_image
        # The last bits hang on where in memory an array is.
        np.testing.assert_allclose(one, other, rtol=1e-4)
    assert metrics[0] == metrics[1]
