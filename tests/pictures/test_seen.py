# SPDX-License-Identifier: Apache-2.0
"""What the network sees, with its normalization undone."""

import cv2
import numpy as np
import pytest
from mmengine.config import Config

from mmmetaformer.datasets.sample_data import ADE20K, write_coco
from mmmetaformer.pictures.seen import seen_samples

SIZE = 64


def config(root, name, data_root, **preprocessor):
    cfg = Config.fromfile(root / f'configs/{name}.py')
    cfg.model.data_preprocessor.update(preprocessor)
    cfg.train_dataloader.dataset.data_root = str(data_root)
    pipeline = cfg.train_dataloader.dataset.pipeline
    still = ('LoadImageFromFile', 'LoadAnnotations', 'PackDetInputs', 'PackSegInputs')
    cfg.train_dataloader.dataset.pipeline = [p for p in pipeline if p.type in still]
    return cfg


@pytest.fixture(scope='module')
def coco(tmp_path_factory):
    folder = tmp_path_factory.mktemp('seen') / 'coco'
    write_coco(folder, num_train=3, num_val=1, image_size=SIZE, seed=0)
    return folder


@pytest.fixture(scope='module')
def ade(tmp_path_factory):
    folder = tmp_path_factory.mktemp('seen') / 'ade'
    ADE20K.write(folder, num_train=3, num_val=1, image_size=SIZE, seed=0)
    return folder


@pytest.mark.parametrize('bgr_to_rgb', [True, False])
def test_pixels_are_those_of_the_file(root, coco, bgr_to_rgb):
    cfg = config(root, 'mask_rcnn_convformer', coco, bgr_to_rgb=bgr_to_rgb)
    classes = ('ball', 'box', 'flag', 'light')
    cfg.train_dataloader.dataset.metainfo = dict(classes=classes)
    meta, samples = seen_samples(cfg, 'train', 2, seed=0)
    assert meta['classes'] == classes
    seen = list(samples)
    assert len(seen) == 2
    for sample in seen:
        expected = cv2.imread(sample.meta['img_path'])[..., ::-1]
        assert np.array_equal(sample.image, expected)
        assert sample.masks.shape == (len(sample.boxes), SIZE, SIZE)
        for box, mask in zip(sample.boxes, sample.masks, strict=True):
            rows, columns = np.nonzero(mask)
            around = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            assert np.abs(np.array(around) - box).max() <= 1


def test_padding_and_label_maps(root, ade):
    cfg = config(root, 'upernet_convformer', ade, size=(80, 96))
    (sample,) = seen_samples(cfg, 'train', 1, seed=0)[1]
    assert sample.image.shape == (80, 96, 3)
    assert sample.label_map.shape == (80, 96)
    assert (sample.label_map[SIZE:] == 255).all()
    file = sample.meta['seg_map_path']
    stored = cv2.imread(file, cv2.IMREAD_UNCHANGED).astype(int)
    inside = sample.label_map[:SIZE, :SIZE]
    assert np.array_equal(inside[stored > 0], stored[stored > 0] - 1)


def test_a_seed_draws_the_same(root, ade):
    def first(seed):
        cfg = Config.fromfile(root / 'configs/upernet_convformer.py')
        cfg.train_dataloader.dataset.data_root = str(ade)
        cfg.model.data_preprocessor.size = (64, 64)
        cfg.train_dataloader.dataset.pipeline[3].crop_size = (64, 64)
        return next(seen_samples(cfg, 'train', 1, seed)[1]).image

    assert np.array_equal(first(0), first(0))
    assert not np.array_equal(first(0), first(1))


def test_a_validation_map_fits_its_resized_image(root, ade):
    cfg = Config.fromfile(root / 'configs/upernet_convformer.py')
    cfg.val_dataloader.dataset.data_root = str(ade)
    cfg.val_dataloader.dataset.pipeline[1].scale = (128, 128)
    (sample,) = seen_samples(cfg, 'val', 4, seed=0)[1]
    assert sample.image.shape[:2] == sample.label_map.shape == (128, 128)
