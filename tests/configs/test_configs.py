# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import MODELS, init_default_scope
from mmengine.runner import Runner

from mmmetaformer import models
from mmmetaformer.engine import check_run
from mmmetaformer.engine.sample_run import use_sample_data
from mmmetaformer.models.check_channels import check_channels

LEAVES = sorted((Path(__file__).parents[2] / 'configs').glob('*.py'))
FAMILIES = {name.lower() for name in models.__all__} - {'metaformer'}
METHODS = ('mask_rcnn', 'upernet')


def by_name(path):
    return path.stem


def test_both_methods_for_every_family():
    expected = {f'{method}_{family}' for method in METHODS for family in FAMILIES}
    assert len(expected) == 12
    assert {leaf.stem for leaf in LEAVES} == expected


@pytest.mark.parametrize('leaf', LEAVES, ids=by_name)
def test_leaf_names_its_family_at_its_smallest_size(leaf):
    cfg = Config.fromfile(leaf)
    name = cfg.model.backbone.type.removeprefix('mmmetaformer.')
    assert name.lower() == leaf.stem.rpartition('_')[2]
    sizes = list(getattr(models, name).arch_settings)
    assert cfg.model.backbone.arch == sizes[0]
    check_channels(cfg.model)


@pytest.mark.parametrize('method', METHODS)
def test_leaves_of_a_method_differ_in_the_backbone_only(method):
    rest = []
    for leaf in LEAVES:
        if leaf.stem.startswith(method):
            cfg = Config.fromfile(leaf).to_dict()
            del cfg['model']['backbone'], cfg['backbone']
            rest.append(cfg)
    assert len(rest) == len(FAMILIES)
    assert all(cfg == rest[0] for cfg in rest)


def test_official_folders():
    for leaf in LEAVES:
        cfg = Config.fromfile(leaf)
        root = cfg.train_dataloader.dataset.data_root
        official = {'mmdet': 'data/coco/', 'mmseg': 'data/ade/ADEChallengeData2016'}
        assert root == official[cfg.default_scope]


def test_sync_bn_is_bn_in_a_single_process(tmp_path):
    cfg = Config.fromfile(LEAVES[0].with_stem('upernet_convformer'))
    assert cfg.model.decode_head.norm_cfg.type == 'SyncBN'
    cfg.work_dir, cfg.launcher = str(tmp_path), 'none'
    runner = Runner.from_cfg(cfg)
    kinds = {type(m).__name__ for m in runner.model.decode_head.modules()}
    assert 'SyncBatchNorm' not in kinds
    assert any('BatchNorm' in kind for kind in kinds)
    log = next(tmp_path.rglob('*.log')).read_text()
    assert log.count('SyncBatchNorm (SyncBN) layers') == 1


def test_vectors_are_not_decayed():
    for name in ('upernet_convformer', 'mask_rcnn_poolformer'):
        cfg = Config.fromfile(LEAVES[0].with_stem(name))
        init_default_scope(cfg.default_scope)
        backbone = MODELS.build(cfg.model.backbone)
        wrapper = build_optim_wrapper(backbone, cfg.optim_wrapper)
        decayed = {
            id(p): group['weight_decay']
            for group in wrapper.param_groups
            for p in group['params']
        }
        for key, p in backbone.named_parameters():
            assert decayed[id(p)] == (0.05 if p.ndim > 1 else 0.0), key


@pytest.fixture(scope='module')
def sample_folder(tmp_path_factory):
    return tmp_path_factory.mktemp('sample')


@pytest.mark.parametrize('leaf', LEAVES, ids=by_name)
def test_leaf_takes_a_training_and_a_test_step(leaf, sample_folder, tmp_path):
    cfg = Config.fromfile(leaf)
    use_sample_data(cfg, str(sample_folder))
    cfg.work_dir = str(tmp_path)
    cfg.launcher = 'none'
    cfg.train_dataloader.batch_size = 2
    check_run(cfg, splits=('train', 'val', 'test'))
    cfg.default_hooks.logger = None
    cfg.visualizer.vis_backends = []
    runner = Runner.from_cfg(cfg)
    model = runner.model.train()
    batch = next(iter(runner.build_dataloader(cfg.train_dataloader)))
    losses = model(**model.data_preprocessor(batch, True), mode='loss')
    loss, _ = model.parse_losses(losses)
    loss.backward()
    assert torch.isfinite(loss)
    without = [
        name
        for name, p in model.named_parameters()
        if p.requires_grad and p.grad is None
    ]
    assert without == []
    model.eval()
    batch = next(iter(runner.build_dataloader(cfg.test_dataloader)))
    with torch.no_grad():
        predictions = model.test_step(batch)
    assert len(predictions) == cfg.test_dataloader.batch_size
