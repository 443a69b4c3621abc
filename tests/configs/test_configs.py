# SPDX-License-Identifier: Apache-2.0
import re

import pytest
import torch
from leaves import CONFIGS, FILES, LEAVES, NAMES, STRONG, load
from mmengine.optim import build_optim_wrapper
from mmengine.registry import MODELS, init_default_scope
from mmengine.runner import Runner
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmmetaformer import models
from mmmetaformer.checks.run import check_run
from mmmetaformer.complexity.saved_bytes import SavedBytes
from mmmetaformer.engine.loop_length import scale_run
from mmmetaformer.engine.precision import use_amp, without_amp
from mmmetaformer.host import data_sets_of
from mmmetaformer.run.sample_run import use_sample_data
from mmmetaformer.weights.catalogue import CATALOGUE

OURS = [name for name in NAMES if load(name).model.backbone.type.startswith('mmmeta')]
OTHER_ROOTS = {
    'cityscapes': 'data/cityscapes/',
    'loveda': 'data/loveDA',
    'voc': 'data/VOCdevkit/VOC2012',
    'binary': 'data/binary',
}
BIGGER = ('_s24', '_s36', '_m36', '_m48', '_b36')


def test_every_file_is_in_the_list():
    assert sorted(FILES) == sorted(NAMES)


def test_the_smallest_of_each_method_and_family_is_at_the_top():
    """The others are in the folder of their method."""
    at_top = {}
    for recipe, backbones in LEAVES.items():
        method = recipe.partition('_*')[0]
        for backbone in backbones:
            name = recipe.replace('*', backbone)
            family = backbone.partition('_')[0]
            smallest = at_top.setdefault((method, family), name) == name
            folder = CONFIGS if smallest else CONFIGS / method
            assert FILES[name] == folder / f'{name}.py'


@pytest.mark.parametrize('name', OURS)
def test_leaf_has_the_backbone_that_it_is_named_after(name):
    cfg = load(name)
    backbone = cfg.model.backbone
    family = backbone.type.removeprefix('mmmetaformer.')
    sizes = getattr(models, family).arch_settings
    arch = next((size for size in sizes if f'_{size}' in name), next(iter(sizes)))
    assert f'_{family.lower()}' in name
    assert backbone.arch == arch
    assert cfg.backbone_channels == list(sizes[arch]['dims'])
    weights = backbone.init_cfg.checkpoint.removeprefix('sail:')
    tag = '_in21k' if name.endswith('_640') else ''
    assert weights == f'{family.lower()}_{arch}{tag}'
    assert f'sail:{weights}' in CATALOGUE


def without_backbone(cfg):
    """All of a config but the backbone, and the channels that go with it."""
    rest = cfg.to_dict()
    for key in ('backbone', 'backbone_channels'):
        rest.pop(key)
    rest['model'].pop('backbone')
    for part in ('neck', 'decode_head', 'auxiliary_head', 'panoptic_head'):
        if part == 'neck' or 'neck' not in rest['model']:
            rest['model'].get(part, {}).pop('in_channels', None)
    return rest


@pytest.mark.parametrize('pattern', LEAVES)
def test_leaves_of_a_method_differ_in_the_backbone_only(pattern):
    names = [pattern.replace('*', backbone) for backbone in LEAVES[pattern]]
    rest = {name: without_backbone(load(name)) for name in names}
    for cfg in rest.values():
        rules = cfg['optim_wrapper'].get('paramwise_cfg', {})
        rules.pop('custom_keys', None)  # Swin's: see below
    if pattern == 'mask_rcnn_*':
        # PoolFormer's were published with another recipe.
        theirs = [rest.pop(name) for name in names if 'poolformer' in name.split('_')]
        assert len(theirs) == 3
        assert all(cfg == theirs[0] for cfg in theirs)
        one = next(iter(rest.values()))
        differing = {key for key in one if one[key] != theirs[0][key]}
        assert differing == {'optim_wrapper', 'param_scheduler'}
    first = next(iter(rest.values()))
    assert all(cfg == first for cfg in rest.values())


def test_only_swin_has_rules_of_its_own():
    of_method = {
        'segformer': ['decode_head'],
        'dino': ['backbone'],
        'mask2former': ['backbone', 'query_embed', 'query_feat', 'level_embed'],
    }
    for name in NAMES:
        rules = load(name).optim_wrapper.get('paramwise_cfg', {})
        keys = list(rules.get('custom_keys', {}))
        swins = ['relative_position_bias_table'] if 'swin' in name else []
        assert keys == of_method.get(name.partition('_')[0], swins)


def test_drop_path_of_segmentors_is_the_authors():
    said = {'s18': 0.3, 's36': 0.4, 'm36': 0.6, 'b36': 0.6}
    patterns = ('upernet_*', 'upernet_*_640', 'segformer_*', 'mask2former_semantic_*')
    ours = [p.replace('*', b) for p in patterns for b in LEAVES[p] if b in STRONG]
    assert len(ours) == 24
    for name in ours:
        spec = load(name).model.backbone
        assert spec.drop_path_rate == said[spec.arch]


@pytest.mark.parametrize('name', ['upernet_convformer', 'upernet_caformer_640'])
def test_options_that_the_comments_name(name):
    cfg = load(name)
    assert (cfg.model.test_cfg.mode, cfg.optim_wrapper.optimizer.weight_decay) == (
        'slide',
        0.05,
    )
    comments = ''.join(
        (CONFIGS / '_base_' / place).read_text()
        for place in ('methods/upernet.py', 'schedules/ade20k_160k.py')
    )
    options = dict(re.findall(r'--cfg-options (\S+)=(\S+)', comments))
    assert options == {
        'model.test_cfg.mode': 'whole',
        'optim_wrapper.optimizer.weight_decay': '0.01',
    }
    cfg.merge_from_dict(options)
    assert cfg.model.test_cfg.mode == 'whole'


def test_layer_decay_of_descendants():
    for name in [n for n in NAMES if n.endswith('_layer_decay')]:
        cfg, plain = load(name), load(name.removesuffix('_layer_decay'))
        assert cfg.optim_wrapper.optimizer.lr == 2e-4
        assert cfg.optim_wrapper.paramwise_cfg.decay_rate == 0.7
        differing = {key for key in cfg if cfg[key] != plain[key]}
        assert differing == {'optim_wrapper', 'model'}


def test_rtmdet_switches_its_pipeline_before_the_end():
    cfg = load('rtmdet_ins_convformer')
    kinds = [hook.type for hook in cfg.custom_hooks]
    assert kinds[1:] == ['EMAHook', 'PipelineSwitchHook']
    scale_run(cfg, 0.1)
    assert cfg.custom_hooks[-1].switch_epoch == 9
    assert cfg.train_cfg.max_epochs == 10
    assert cfg.train_cfg.dynamic_intervals == [[9, 1]]


def test_official_folders():
    for name in NAMES:
        cfg = load(name)
        (root,) = {one.data_root for one in data_sets_of(cfg, 'train', 'val', 'test')}
        if name.startswith('faster_rcnn') and name.endswith('voc'):
            assert root == 'data/VOCdevkit/'
            continue
        official = {'mmdet': 'data/coco/', 'mmseg': 'data/ade/ADEChallengeData2016'}
        assert root == OTHER_ROOTS.get(name.split('_')[-1], official[cfg.default_scope])


def test_sync_bn_is_bn_in_a_single_process(tmp_path):
    cfg = load('upernet_convformer')
    assert cfg.model.decode_head.norm_cfg.type == 'SyncBN'
    cfg.work_dir, cfg.launcher = str(tmp_path), 'none'
    runner = Runner.from_cfg(cfg)
    kinds = {type(m).__name__ for m in runner.model.decode_head.modules()}
    assert 'SyncBatchNorm' not in kinds
    assert any('BatchNorm' in kind for kind in kinds)
    log = next(tmp_path.rglob('*.log')).read_text()
    assert log.count('SyncBatchNorm (SyncBN) layers') == 1


@pytest.mark.parametrize(
    ('name', 'vectors'),
    [
        ('upernet_convformer', 0.0),
        ('mask_rcnn_caformer_3x', 0.0),
        ('mask_rcnn_poolformer', 1e-4),  # as published
        ('upernet_swin_t', 0.0),
        ('segformer_convformer', 0.0),
        ('dino_convformer', 0.0),
    ],
)
def test_which_parameters_are_decayed(name, vectors):
    cfg = load(name)
    init_default_scope(cfg.default_scope)
    cfg.model.backbone.pop('init_cfg')
    model = MODELS.build(cfg.model)
    wrapper = build_optim_wrapper(model, without_amp(cfg.optim_wrapper))
    groups = wrapper.optimizer.param_groups
    decays = {id(p): g['weight_decay'] for g in groups for p in g['params']}
    for key, p in model.named_parameters():
        flat = p.ndim == 1 or 'relative_position_bias_table' in key
        full = cfg.optim_wrapper.optimizer.weight_decay
        assert decays[id(p)] == (vectors if flat else full), key


@pytest.mark.parametrize('name', NAMES)
def test_precision_is_the_recipes(name, monkeypatch):
    """A tool that follows the config alone, such as mmdet's, trains the same way."""
    cfg = load(name)
    wrapper = cfg.optim_wrapper
    assert wrapper.type == 'AmpOptimWrapper'
    assert (wrapper.dtype, wrapper.loss_scale) == ('bfloat16', 1.0)
    assert cfg.custom_hooks[0] == dict(type='mmmetaformer.Float32PredictionsHook')
    assert len(cfg.custom_hooks) == (3 if name.startswith('rtmdet') else 1)
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    monkeypatch.setattr(
        torch.cuda, 'is_bf16_supported', lambda including_emulation: True
    )
    use_amp(cfg)
    assert cfg.to_dict() == load(name).to_dict()


@pytest.fixture(scope='module')
def sample_folder(tmp_path_factory):
    return tmp_path_factory.mktemp('sample')


@pytest.mark.parametrize(
    'name',
    [
        pytest.param(
            name,
            marks=[pytest.mark.slow] if any(size in name for size in BIGGER) else [],
        )
        for name in NAMES
    ],
)
def test_leaf_takes_a_training_and_a_test_step(name, sample_folder, tmp_path):
    cfg = load(name)
    use_sample_data(cfg, str(sample_folder))
    cfg.work_dir = str(tmp_path)
    cfg.launcher = 'none'
    cfg.train_dataloader.batch_size = 2
    cfg.test_dataloader.batch_size = 1
    check_run(cfg, splits=('train', 'val', 'test'))
    cfg.default_hooks.logger = None
    cfg.visualizer.vis_backends = []
    runner = Runner.from_cfg(cfg)
    model = runner.model.train()
    model.init_weights()  # DINO has a parameter of uninitialized memory before
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
    assert len(predictions) == 1


@pytest.mark.parametrize('name', ['upernet_swin_t', 'semantic_fpn_poolformer'])
def test_heads_save_less_for_the_loss(name):
    cfg = load(name)
    init_default_scope('mmseg')
    labels = torch.randint(150, (1, 128, 128))
    sample = SegDataSample(gt_sem_seg=PixelData(data=labels))
    for part in {'decode_head', 'auxiliary_head'} & set(cfg.model):
        head = MODELS.build({**cfg.model[part], 'norm_cfg': dict(type='BN')})
        logits = torch.randn(1, 150, 32, 32, requires_grad=True)
        with SavedBytes([logits]) as saved:
            losses = head.loss_by_feat(logits, [sample])
        assert losses['loss_ce'] > 0
        # The logits at the size of the labels would be 16 times as large.
        assert sum(saved.bytes.values()) < 1.5 * logits.nbytes
