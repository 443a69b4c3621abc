# SPDX-License-Identifier: Apache-2.0
"""A recipe at another size of images: all sizes move along."""

import pytest
from mmengine.config import Config

from mmmetaformer.checks.checkpoint.contents import Checkpoint
from mmmetaformer.errors import ConfigError, collected_warnings
from mmmetaformer.host import dicts_in
from mmmetaformer.run.image_size import (
    side_in_testing,
    use_image_size,
    warn_of_image_size,
)


def sizes(node, key):
    return [one[key] for one in dicts_in(node) if key in one]


def test_segmentor(root):
    cfg = Config.fromfile(root / 'configs/upernet_convformer.py')
    use_image_size(cfg, 128)  # instead of 512
    for split in ('train', 'val', 'test'):
        pipeline = cfg[f'{split}_dataloader'].dataset.pipeline
        assert sizes(pipeline, 'scale') == [(512, 128)]
    assert sizes(cfg.train_dataloader, 'crop_size') == [(128, 128)]
    assert cfg.model.data_preprocessor.size == (128, 128)
    assert (256, 64) in sizes(cfg.tta_pipeline, 'scale')


def test_windows_and_crops_are_whole_strides(root):
    cfg = Config.fromfile(root / 'configs/upernet/upernet_caformer_640.py')
    cfg.model.test_cfg = dict(mode='slide', crop_size=(640, 640), stride=(426, 426))
    use_image_size(cfg, 100)
    assert sizes(cfg.train_dataloader, 'crop_size') == [(96, 96)]
    assert cfg.model.test_cfg.crop_size == (96, 96)
    assert cfg.model.test_cfg.stride == (67, 67)


def test_detector_of_several_scales(root):
    cfg = Config.fromfile(root / 'configs/mask_rcnn/mask_rcnn_convformer_3x.py')
    before = sizes(cfg.train_dataloader, 'scales')
    use_image_size(cfg, 200)  # instead of 800
    after = sizes(cfg.train_dataloader, 'scales')
    assert [[(round(w / 4), round(h / 4)) for w, h in s] for s in before] == after
    assert sizes(cfg.test_dataloader, 'scale') == [(333, 200)]


def test_pipeline_without_a_scale(root):
    cfg = Config.fromfile(root / 'configs/faster_rcnn_convformer.py')
    del cfg.test_dataloader.dataset.pipeline[1]
    with pytest.raises(ConfigError, match='--image-size needs a Resize with a scale'):
        use_image_size(cfg, 200)


def test_mosaics_and_pads(root):
    cfg = Config.fromfile(root / 'configs/rtmdet_ins_convformer.py')
    use_image_size(cfg, 320)  # instead of 640
    train = cfg.train_dataloader.dataset.pipeline
    assert sizes(train, 'img_scale') == [(320, 320)] * 2
    assert sizes(train, 'scale') == [(640, 640)]
    assert sizes(train, 'crop_size') == sizes(train, 'size') == [(320, 320)]
    last = cfg.custom_hooks[-1].switch_pipeline
    assert sizes(last, 'scale') == sizes(last, 'size') == [(320, 320)]


def test_batches_are_padded_to_the_crop(root):
    cfg = Config.fromfile(root / 'configs/mask2former_instance_convformer.py')
    use_image_size(cfg, 400)  # instead of 800
    (pad,) = cfg.model.data_preprocessor.batch_augments
    assert sizes(cfg.train_dataloader, 'crop_size') == [pad['size']] == [(512, 512)]


@pytest.mark.parametrize('name', ['upernet_convformer', 'mask_rcnn_convformer'])
def test_a_checkpoint_of_another_size(root, name):
    cfg = Config.fromfile(root / f'configs/{name}.py')
    side = 512 if name.startswith('upernet') else 800
    for text in (cfg.pretty_text, None, 'x = open()', 'test_dataloader = None'):
        checkpoint = Checkpoint('a.pth', {}, meta=dict(cfg=text))
        with collected_warnings() as said:
            warn_of_image_size(checkpoint, side_in_testing(cfg))
        assert not said
    checkpoint = Checkpoint('a.pth', {}, meta=dict(cfg=cfg.pretty_text))
    use_image_size(cfg, 128)
    with collected_warnings() as said:
        warn_of_image_size(checkpoint, side_in_testing(cfg))
    assert [line.endswith(f'--image-size {side}') for line in said] == [True]


@pytest.mark.parametrize(
    ('scale', 'side'),
    [
        (512, 512),
        ((2048, 512), 512),
        ([-1, 800], 800),
        (None, None),
        (('a', 1.5), None),
    ],
)
def test_a_scale_is_a_number_or_a_pair(root, scale, side):
    cfg = Config.fromfile(root / 'configs/upernet_convformer.py')
    step = cfg.test_dataloader.dataset.pipeline[1]
    assert 'scale' in step
    step.scale = scale
    checkpoint = Checkpoint('a.pth', {}, meta=dict(cfg=cfg.pretty_text))
    step.scale = (100, 100)
    with collected_warnings() as said:
        warn_of_image_size(checkpoint, side_in_testing(cfg))
    expected = [] if side is None else [True]
    assert [line.endswith(f'--image-size {side}') for line in said] == expected
