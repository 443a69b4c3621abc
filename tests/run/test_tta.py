# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from mmmetaformer.checks.images.input_channels import check_input_channels
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import data_sets_of, pipeline_key
from mmmetaformer.run.sample_run import IMAGE_SIZE, use_sample_data
from mmmetaformer.run.tta import use_tta_model, use_tta_pipeline

CONFIGS = Path(__file__).parents[2] / 'configs'
RATIOS = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75)


def load(name):
    return Config.fromfile(CONFIGS / f'{name}.py')


@pytest.fixture
def runner(tmp_path):
    """A runner whose model tests a tiny backbone in views of sample data."""

    def build(name):
        cfg = load(name)
        use_sample_data(cfg, str(tmp_path / 'sample'))
        cfg.model.backbone.arch = dict(depths=(1, 1, 1, 1), dims=(32, 32, 32, 32))
        first = cfg.model.get('neck') or cfg.model.decode_head
        first.in_channels = [32] * len(first.in_channels)
        if 'auxiliary_head' in cfg.model:
            cfg.model.auxiliary_head.in_channels = 32
        cfg.test_dataloader.batch_size = 1
        cfg.work_dir, cfg.launcher = str(tmp_path / 'work'), 'none'
        use_tta_pipeline(cfg)
        use_tta_model(cfg)
        torch.manual_seed(0)
        return Runner.from_cfg(cfg)

    return build


@pytest.mark.parametrize('name', ['upernet_convformer', 'semantic_fpn_poolformer'])
def test_a_segmentor_averages_scales_and_flips(name, runner):
    runner = runner(name)
    batch = next(iter(runner.build_dataloader(runner.cfg.test_dataloader)))
    views = batch['inputs']
    assert len(views) == 2 * len(RATIOS)
    sizes = {tuple(view[0].shape[-2:]) for view in views}
    multiple = 32 if 'fpn' in name else 1
    expected = {-(-int(IMAGE_SIZE * r) // multiple) * multiple for r in RATIOS}
    assert sizes == {(side, side) for side in expected}
    flipped = [samples[0].flip for samples in batch['data_samples']]
    assert sum(flipped) == len(RATIOS)

    model = runner.model.eval()
    with torch.no_grad():
        (prediction,) = model.test_step(batch)
        mean = 0
        for view, (sample,), is_flipped in zip(
            views, batch['data_samples'], flipped, strict=True
        ):
            # Mark the view as not flipped: the test flips it back itself.
            plain = sample.clone()
            plain.set_metainfo(dict(flip=False))
            (one,) = model.module.test_step(dict(inputs=view, data_samples=[plain]))
            probabilities = one.seg_logits.data.softmax(0)
            mean = mean + (probabilities.flip(-1) if is_flipped else probabilities)
    expected = mean.argmax(0)
    labels = prediction.pred_sem_seg.data.squeeze(0)
    assert (labels == expected).float().mean() > 0.999


def test_a_detector_of_boxes(runner):
    runner = runner('faster_rcnn_convformer')
    batch = next(iter(runner.build_dataloader(runner.cfg.test_dataloader)))
    assert len(batch['inputs']) == 6
    model = runner.model.eval()
    with torch.no_grad():
        (prediction,) = model.test_step(batch)
    boxes = prediction.pred_instances
    height, width = prediction.ori_shape
    assert 0 < len(boxes) <= 100
    assert boxes.bboxes.min() >= 0
    assert boxes.bboxes[:, 0::2].max() <= width
    assert boxes.bboxes[:, 1::2].max() <= height


def test_sizes_at_640_pixels():
    cfg = load('upernet/upernet_convformer_640')
    sizes = [step.scale for step in cfg.tta_pipeline[1].transforms[0]]
    assert sizes == [(int(2560 * r), int(640 * r)) for r in RATIOS]


@pytest.mark.parametrize(
    'name', ['mask_rcnn_convformer', 'cascade_mask_rcnn_convformer_3x']
)
def test_masks_are_refused(name):
    cfg = load(name)
    with pytest.raises(ConfigError, match='boxes only'):
        use_tta_pipeline(cfg)


def test_a_config_without_views():
    cfg = load('faster_rcnn_convformer')
    cfg.pop('tta_model')
    with pytest.raises(ConfigError, match='needs `tta_model`'):
        use_tta_pipeline(cfg)


def test_the_loader_of_the_views_is_called_by_its_place():
    cfg = load('upernet_convformer')
    (dataset,) = data_sets_of(cfg, 'test')
    assert pipeline_key(cfg, 'test', dataset) == 'test_dataloader.dataset.pipeline'
    use_tta_pipeline(cfg)
    cfg.model.backbone.in_channels = 1
    with pytest.raises(ConfigError, match='cfg-options tta_pipeline.0.color_type=gray'):
        check_input_channels(cfg, ('test',))
