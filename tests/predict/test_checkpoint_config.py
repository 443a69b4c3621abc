# SPDX-License-Identifier: Apache-2.0
"""What is taken from the config of a checkpoint, and what is refused."""

import copy
import sys

import pytest
import torch
from mmengine.config import Config

from mmmetaformer import load_model
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import dicts_in
from mmmetaformer.predict.config_text import config_of_text

pytestmark = pytest.mark.faults('checkpoint that runs code or names files')


@pytest.fixture(scope='module')
def sound(work_dirs):
    return Config.fromfile(work_dirs['upernet'] / 'upernet.py')


@pytest.fixture
def cfg(sound):
    return copy.deepcopy(sound)


def read(cfg):
    # Not `pretty_text`, whose formatting takes seconds.
    text = '\n'.join(f'{key} = {value!r}' for key, value in cfg.to_dict().items())
    return config_of_text(text, 'evil.pth')


def test_nothing_that_loads_files_is_taken(cfg):
    cfg.load_from = 'http://evil/a.pth'
    cfg.custom_imports = dict(imports=['antigravity'])
    cfg.model.backbone.init_cfg = dict(type='Pretrained', checkpoint='http://evil')
    cfg.model.pretrained = 'http://evil'
    step = cfg.test_dataloader.dataset.pipeline[0]
    step.backend_args = dict(backend='petrel', path='http://evil')
    cfg.test_dataloader.dataset.metainfo = dict(classes='/etc/passwd')
    taken = read(cfg)
    assert 'evil' not in repr(taken)
    assert '/etc' not in repr(taken)
    assert set(taken) <= {
        'model',
        'default_scope',
        'test_dataloader',
        'tta_model',
        'tta_pipeline',
    }
    kinds = {part.get('type') for part in dicts_in(dict(taken.items()))}
    assert 'LoadAnnotations' not in kinds


@pytest.mark.parametrize(
    'text',
    ['http://evil/x.pkl', 'x.pkl', '/tmp/x', 'a\\b', './x.npy', ['y', 'x.json']],
)
def test_text_that_names_a_file(cfg, text):
    """mmseg's losses read `class_weight` from a file, also from a pickle."""
    cfg.model.decode_head.loss_decode.class_weight = text
    with pytest.raises(ConfigError, match='looks like a file and is not accepted'):
        read(cfg)


def test_weights_of_classes_are_no_file(cfg):
    cfg.model.decode_head.loss_decode.class_weight = [0.5, 2.0]
    assert read(cfg).model.decode_head.loss_decode.class_weight == [0.5, 2.0]


TYPES = [
    'os.system',
    'subprocess.Popen',
    'builtins.exec',
    'eval',
    'antigravity',
    'this',
    'mmdet.apis.init_detector',
    'mmengine.Config.fromfile',
    'mmengine.config.Config.fromfile',
    'mmmetaformer.weights.publish.publish',
    'torch.hub.load',
    'torch.load',
    'KnowledgeDistillationSingleStageDetector',
    'mmdet.KnowledgeDistillationSingleStageDetector',
    'mmdet.BertModel',
    'TIMMBackbone',
    'mmseg.TIMMBackbone',
    'mmpretrain.TIMMBackbone',
    'mmpretrain.HuggingFaceClassifier',
    'CameraMotionCompensation',
    'mmdet.CameraMotionCompensation',
    '..ConvFormer',
    '',
    7,
    ['ConvFormer'],
    None,
]


@pytest.mark.parametrize('kind', TYPES)
@pytest.mark.parametrize(
    'place', ['model', 'backbone', 'data_preprocessor', 'norm_cfg', 'loss', 'nested']
)
def test_types_that_are_not_registered(cfg, kind, place):
    model = cfg.model
    part = {
        'model': model,
        'backbone': model.backbone,
        'data_preprocessor': model.data_preprocessor,
        'norm_cfg': model.decode_head.norm_cfg,
        'loss': model.decode_head.loss_decode,
        'nested': model.backbone,
    }[place]
    if place == 'nested':
        part['x'] = [[(dict(type=kind),)]]
    else:
        part['type'] = kind
    before = set(sys.modules)
    with pytest.raises(ConfigError, match='not accepted from a checkpoint'):
        read(cfg)
    assert not {'antigravity', 'this'} & (set(sys.modules) - before)


@pytest.mark.parametrize(
    'kind', ['os.system', 'Albu', 'mmdet.LoadProposals', 'LoadBiomedicalImageFromFile']
)
@pytest.mark.parametrize('place', ['test', 'tta'])
def test_transforms_that_are_not_known(cfg, kind, place):
    step = dict(type=kind, command='touch /tmp/x')
    if place == 'test':
        cfg.test_dataloader.dataset.pipeline.append(step)
    else:
        cfg.tta_pipeline[1].transforms[0].append(step)
    with pytest.raises(ConfigError, match='not accepted from a checkpoint'):
        read(cfg)


def test_scopes(cfg):
    cfg.default_scope = 'antigravity'
    with pytest.raises(ConfigError, match='default_scope'):
        read(cfg)
    cfg.default_scope = 'mmseg'
    cfg.model.decode_head['_scope_'] = 'antigravity'
    with pytest.raises(ConfigError, match='_scope_'):
        read(cfg)


@pytest.mark.parametrize(
    'name',
    [
        'cascade_mask_rcnn_caformer_3x',
        'mask_rcnn_swin_t',
        'retinanet_poolformer',
        'semantic_fpn_poolformer',
        'upernet_resnet_50',
    ],
)
def test_configs_of_the_project_are_taken(root, name):
    cfg = Config.fromfile(root / f'configs/{name}.py')
    assert read(cfg).model.type == cfg.model.type


def test_a_hostile_checkpoint(work_dirs, tmp_path):
    mark = tmp_path / 'executed'
    content = torch.load(work_dirs['upernet'] / 'iter_2.pth', weights_only=True)
    for code in (
        f'open({str(mark)!r}, "w")',
        content['meta']['cfg'] + f'\nx = open({str(mark)!r}, "w")\n'
        f'custom_imports = dict(imports=["antigravity"])\nopen({str(mark)!r}, "w")',
        content['meta']['cfg'].replace(
            "type='mmmetaformer.ConvFormer'", f"type='os.mkdir', path={str(mark)!r}"
        ),
    ):
        content['meta']['cfg'] = code
        torch.save(content, tmp_path / 'evil.pth')
        with pytest.raises(ConfigError, match='--config FILE'):
            load_model(tmp_path / 'evil.pth')
        assert not mark.exists()
