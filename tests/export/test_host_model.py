# SPDX-License-Identifier: Apache-2.0
"""The host's model computes the same with the network that is exported."""

import copy

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope
from tiny_runs import TINY_MODELS

from mmmetaformer.export import Session, make_network
from mmmetaformer.export.host_model import put_in_place


def tiny(kind, root, tmp_path):
    file = tmp_path / 'tiny.py'
    file.write_text(TINY_MODELS[kind].format(root=root, family='poolformer'))
    cfg = Config.fromfile(file)
    init_default_scope(cfg.default_scope)
    if kind == 'mask_rcnn':
        cfg.model.test_cfg.rcnn.score_thr = 0.015
        cfg.model.test_cfg.rcnn.max_per_img = 10
    return MODELS.build(cfg.model).eval()


def session_of(model):
    export = make_network(model)

    def run(image, threshold):
        inputs = [torch.from_numpy(image)]
        if export.threshold is not None:
            inputs.append(torch.tensor(export.threshold))
        with torch.no_grad():
            outputs = export.network(*inputs)
        return {n: o.numpy() for n, o in zip(export.outputs, outputs, strict=True)}

    return Session(export.facts, run)


def predicted(model, sample):
    image = torch.randint(256, (3, 96, 120), generator=torch.Generator().manual_seed(0))
    sample.set_metainfo(
        dict(
            img_shape=(96, 120),
            ori_shape=(48, 60),
            pad_shape=(96, 120),
            scale_factor=(2.0, 2.0),
        )
    )
    batch = dict(inputs=[image.to(torch.uint8)], data_samples=[sample])
    with torch.no_grad():
        return model.test_step(batch)[0]


def test_segmentor(root, tmp_path):
    from mmseg.structures import SegDataSample

    model = tiny('upernet', root, tmp_path)
    wanted = predicted(model, SegDataSample()).seg_logits.data
    other = copy.deepcopy(model)
    put_in_place(other, session_of(model))
    given = predicted(other, SegDataSample()).seg_logits.data
    torch.testing.assert_close(given, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_detector_with_masks(root, tmp_path):
    from mmdet.structures import DetDataSample

    model = tiny('mask_rcnn', root, tmp_path)
    wanted = predicted(model, DetDataSample()).pred_instances
    other = copy.deepcopy(model)
    put_in_place(other, session_of(model))
    given = predicted(other, DetDataSample()).pred_instances
    assert len(wanted) == 10
    torch.testing.assert_close(given.scores, wanted.scores)
    torch.testing.assert_close(given.bboxes, wanted.bboxes, rtol=1e-4, atol=1e-2)
    assert torch.equal(given.labels, wanted.labels)
    assert (given.masks.numpy() == wanted.masks.numpy()).mean() > 0.999
