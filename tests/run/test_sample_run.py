# SPDX-License-Identifier: Apache-2.0
from importlib import import_module
from pathlib import Path

import pytest
from mmengine.config import Config

from mmmetaformer.checks.run import check_run
from mmmetaformer.datasets.sample_data import ADE20K, COCO_CLASSES
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import dicts_in
from mmmetaformer.run.sample_run import use_sample_data


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    return str(tmp_path_factory.mktemp('sample'))


def stock(package, path):
    folder = Path(import_module(package).__file__).parent / '.mim/configs'
    return Config.fromfile(folder / path)


def phases_of(cfg):
    """Whether each scheduler counts epochs, its begin and its end."""
    return [(one.by_epoch, one.begin, one.end) for one in cfg.param_scheduler]


def test_segmentation(root, folder):
    cfg = Config.fromfile(root / 'configs/upernet_caformer.py')
    use_sample_data(cfg, folder)
    check_run(cfg, splits=('train', 'val', 'test'))
    assert cfg.model.decode_head.num_classes == len(ADE20K.classes)
    assert cfg.model.auxiliary_head.num_classes == len(ADE20K.classes)
    assert cfg.train_dataloader.dataset.data_root.startswith(folder)
    steps = cfg.train_cfg.max_iters
    assert cfg.train_cfg.val_interval == steps
    assert phases_of(cfg) == [(False, 0, 20), (False, 20, steps)]
    assert cfg.model.test_cfg.crop_size == cfg.model.data_preprocessor['size']


def test_detection(root, folder):
    cfg = Config.fromfile(root / 'configs/mask_rcnn_caformer.py')
    use_sample_data(cfg, folder)
    check_run(cfg, splits=('train', 'val', 'test'))
    heads = cfg.model.roi_head
    assert heads.bbox_head.num_classes == len(COCO_CLASSES)
    assert heads.mask_head.num_classes == len(COCO_CLASSES)
    assert cfg.val_evaluator.ann_file.startswith(folder)
    dataset = cfg.train_dataloader.dataset
    images = list(Path(dataset.data_root, dataset.data_prefix.img).glob('*.jpg'))
    steps = cfg.train_cfg.max_epochs * len(images) // cfg.train_dataloader.batch_size
    assert phases_of(cfg) == [(False, 0, 20), (False, 20, steps)]


@pytest.mark.parametrize(
    ('package', 'path'),
    [
        ('mmdet', 'cascade_rcnn/cascade-mask-rcnn_r50_fpn_1x_coco.py'),
        ('mmdet', 'retinanet/retinanet_r50_fpn_1x_coco.py'),
        ('mmseg', 'segformer/segformer_mit-b0_8xb2-160k_ade20k-512x512.py'),
        ('mmseg', 'pspnet/pspnet_r50-d8_4xb4-80k_ade20k-512x512.py'),
    ],
)
def test_stock_configs(package, path, folder):
    cfg = stock(package, path)
    use_sample_data(cfg, folder)
    check_run(cfg, splits=('train', 'val', 'test'))


@pytest.mark.parametrize('method', ['mask2former_instance', 'dino', 'rtmdet_ins'])
def test_methods_with_queries_or_mosaics(method, root, folder):
    cfg = Config.fromfile(root / f'configs/{method}_convformer.py')
    use_sample_data(cfg, folder)
    assert cfg.optim_wrapper.optimizer.lr == (1e-3 if method == 'rtmdet_ins' else 5e-4)
    if method == 'rtmdet_ins':
        switch = cfg.custom_hooks[-1]
        assert 0 < switch.switch_epoch < cfg.train_cfg.max_epochs
        mosaic, mixup = sizes_of(cfg.train_dataloader, 'img_scale')
        assert mosaic == mixup == switch.switch_pipeline[2].scale == (160, 160)
    if method == 'mask2former_instance':
        (pad,) = cfg.model.data_preprocessor.batch_augments
        assert [pad['size']] == sizes_of(cfg.train_dataloader, 'crop_size')


def sizes_of(node, key):
    return [one[key] for one in dicts_in(node) if key in one]


def test_an_epoch_of_voc_is_one_pass(root, folder):
    cfg = Config.fromfile(root / 'configs/faster_rcnn/faster_rcnn_convformer_voc.py')
    use_sample_data(cfg, folder)
    check_run(cfg, splits=('train', 'val', 'test'))
    assert cfg.train_dataloader.dataset.times == 1
    assert cfg.model.roi_head.bbox_head.num_classes == 4


def test_other_data_sets_are_refused(folder):
    cfg = Config(dict(train_dataloader=dict(dataset=dict(type='PotsdamDataset'))))
    with pytest.raises(ConfigError, match='trains on PotsdamDataset'):
        use_sample_data(cfg, folder)
