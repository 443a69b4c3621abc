# SPDX-License-Identifier: Apache-2.0
"""Load weights of every kind, and check what is refused and what is reported."""

import pickle
import re

import pytest
import timm
import torch
from tiny_backbone import build, renamed, source

from mmmetaformer import models
from mmmetaformer.errors import ConfigError
from mmmetaformer.weights.layouts import to_layout
from mmmetaformer.weights.load import load_pretrained


@pytest.fixture
def log(monkeypatch):
    lines = []
    monkeypatch.setattr(
        'mmmetaformer.weights.load.say', lambda text, **_: lines.append(text)
    )
    return lines


def test_the_report(save, log):
    weights = source()
    backbone = build()
    audit = load_pretrained(backbone, save(weights))
    assert sorted(audit.dropped) == ['head.weight', 'norm.weight']
    assert sorted(audit.new) == [
        f'out_norms.{i}.{part}' for i in range(4) for part in ('bias', 'weight')
    ]
    assert set(audit.matched) == set(weights) - set(audit.dropped)
    assert audit.fits
    own = backbone.state_dict()
    total = sum(value.numel() for value in own.values())
    assert audit.share == 1 - 2 * sum(backbone.dims) / total
    assert all(torch.equal(own[key], weights[key]) for key in audit.matched)
    assert 'layout sail' in log[0]
    assert f'{len(audit.matched)} matched (99.' in log[0]
    assert '8 new, 2 dropped, 0 missing' in log[0]


def test_relative_change_of_the_weights(save, log):
    backbone = build()
    weights = {key: 3 * value for key, value in backbone.state_dict().items()}
    load_pretrained(backbone, save(weights))
    load_pretrained(backbone, save(weights))
    assert [re.findall(r'matched weights: (\S+)', line)[0] for line in log] == [
        '2',
        '0',
    ]


@pytest.mark.parametrize(
    ('wrap', 'words'),
    [
        (lambda w: {'state_dict': w}, "under 'state_dict'"),
        (lambda w: {'model': w, 'args': [1]}, "under 'model'"),
        (lambda w: {'state_dict': {'a': torch.ones(1)}, 'state_dict_ema': w}, '_ema'),
        (lambda w: {'student': {'a': torch.ones(1)}, 'teacher': w}, "'teacher'"),
        (lambda w: {f'module.{k}': v for k, v in w.items()}, "prefix 'module.'"),
        (lambda w: {f'encoder.{k}': v for k, v in w.items()}, "prefix 'encoder.'"),
        (
            lambda w: {
                (k if k.startswith('head.') else f'backbone.{k}'): v
                for k, v in w.items()
            },
            "prefix 'backbone.'",
        ),
        (
            lambda w: {
                'teacher': {
                    f'module.backbone.{k}': v
                    for k, v in w.items()
                    if not k.startswith('head.')
                }
            },
            "'teacher', prefix 'module.backbone.'",
        ),
    ],
)
def test_wrappers_and_prefixes(save, log, wrap, words):
    audit = load_pretrained(build(), save(wrap(source())))
    assert audit.fits
    assert words in log[0]


def test_a_folder_with_safetensors(tmp_path):
    from safetensors.torch import save_file

    save_file(source(), tmp_path / 'model.safetensors')
    assert load_pretrained(build(), str(tmp_path)).fits


@pytest.mark.parametrize(
    'layout', ['poolformer', 'poolformer_hf', 'poolformer_mmpretrain']
)
def test_every_layout_of_poolformer(save, log, layout):
    theirs, _ = to_layout(source('PoolFormer'), layout)
    backbone = build('PoolFormer')
    assert load_pretrained(backbone, save(theirs)).fits
    assert f'layout {layout}' in log[0]


def test_weights_of_stages_that_are_not_built_are_dropped(save):
    audit = load_pretrained(build(out_indices=(0, 1)), save(source()))
    assert audit.fits
    assert 'stages.3.0.norm1.weight' in audit.dropped
    assert 'downsample_layers.2.conv.weight' in audit.dropped


def test_output_norms_that_are_not_built_are_dropped(save):
    audit = load_pretrained(build(out_norm=None), save(build().state_dict()))
    assert audit.fits
    assert audit.dropped == [
        f'out_norms.{i}.{part}' for i in range(4) for part in ('weight', 'bias')
    ]


def test_another_number_of_input_channels(save, log):
    weights = source()
    stem = weights['downsample_layers.0.conv.weight']
    for channels in (1, 4):
        backbone = build(in_channels=channels)
        load_pretrained(backbone, save(weights))
        adapted = backbone.downsample_layers[0].conv.weight
        assert adapted.shape[1] == channels
        torch.testing.assert_close(adapted.sum(1), stem.sum(1))
        assert f'stem adapted from 3 to {channels} channels' in log[-1]
    torch.testing.assert_close(adapted[:, :3], stem * 3 / 4)


def reshaped(weights):
    weights['stages.2.1.mlp.fc1.weight'] = torch.ones(4, 4)
    return weights


@pytest.mark.parametrize(
    ('weights', 'words'),
    [
        (
            lambda: renamed(source()),
            [
                'missing keys: stages.1.0.norm1.weight',
                'unexpected keys: stages.1.0.norm9.weight',
            ],
        ),
        (
            lambda: {**source(), 'stages.1.0.more': torch.ones(1)},
            ['0 missing, 1 unexpected', 'unexpected keys: stages.1.0.more'],
        ),
        (
            lambda: {**source(), 'stages.3.0.more': torch.ones(1)},
            ['0 missing, 1 unexpected', 'unexpected keys: stages.3.0.more'],
        ),
        (
            lambda: reshaped(source()),
            [
                'different shape: stages.2.1.mlp.fc1.weight (4, 4), expected (256, 64)',
                '1 with a different shape',
            ],
        ),
        (
            lambda: source('ConvFormer'),
            ['likely cause: family ConvFormer in the file, CAFormer in the model'],
        ),
        (
            lambda: models.CAFormer('s18', out_norm=None).state_dict(),
            [
                'depths 3 3 9 3 in the file, 1 1 2 1 in the model',
                'dims 64 128 320 512 in',
            ],
        ),
        (
            lambda: timm.create_model('resnet18').state_dict(),
            ['not a MetaFormer', 'conv1'],
        ),
        (
            lambda: {
                **{f'backbone.{k}': v for k, v in build().state_dict().items()},
                'neck.lateral_convs.0.conv.weight': torch.ones(1),
            },
            ['whole detector', "set prefix='backbone.'", 'load_from='],
        ),
        (lambda: {'epoch': 3}, ["contains no weights: its keys are ['epoch']"]),
        (lambda: [1, 2], ['contains a list, expected a dict']),
    ],
    ids=[
        'renamed',
        'unexpected',
        'unexpected in the last stage',
        'reshaped',
        'family',
        'arch',
        'resnet',
        'detector',
        'no weights',
        'list',
    ],
)
def test_what_does_not_fit_is_refused(save, weights, words):
    backbone = build()
    before = {key: value.clone() for key, value in backbone.state_dict().items()}
    with pytest.raises(ConfigError) as caught:
        load_pretrained(backbone, save(weights()))
    for word in words:
        assert word in str(caught.value)
    after = backbone.state_dict()
    assert all(torch.equal(after[key], before[key]) for key in before)


def test_a_detector_with_its_prefix(save):
    weights = {f'backbone.{k}': v for k, v in build().state_dict().items()}
    weights['neck.conv.weight'] = torch.ones(1)
    audit = load_pretrained(build(), save(weights), prefix='backbone')
    assert audit.fits
    assert audit.dropped == ['neck.conv.weight']
    with pytest.raises(ConfigError, match=r"starts with 'bakbone\.'"):
        load_pretrained(build(), save(weights), prefix='bakbone.')


def test_partial_loads_what_matches(save, log):
    backbone = build()
    audit = load_pretrained(backbone, save(renamed(source())), partial=True)
    assert audit.missing == ['stages.1.0.norm1.weight']
    assert 'unexpected keys: stages.1.0.norm9.weight' in log[0]
    with pytest.raises(ConfigError, match='not a MetaFormer'):
        load_pretrained(backbone, save({'a': torch.ones(1)}), partial=True)


def test_partial_needs_a_tensor_that_matches(save):
    path = save({'downsample_layers.0.conv.weight': torch.ones(8, 3, 7, 7)})
    with pytest.raises(ConfigError, match='no tensor of .* matches CAFormer'):
        load_pretrained(build(), path, partial=True)


def test_a_stem_of_another_width_is_not_adapted(save):
    """Check that the report has the shape that is in the file."""
    weights = source()
    weights['downsample_layers.0.conv.weight'] = torch.ones(8, 3, 7, 7)
    with pytest.raises(ConfigError, match=r'\(8, 3, 7, 7\), expected \(32, 4, 7, 7\)'):
        load_pretrained(build(in_channels=4), save(weights))


def test_a_metaformer_may_start_from_any_family(save):
    weights = models.PoolFormerV2('s12').state_dict()
    backbone = models.MetaFormer(
        models.PoolFormerV2.arch_settings['s12'], ('pooling',) * 4
    )
    assert load_pretrained(backbone, save(weights, 'poolformerv2_s12.pth')).fits


def test_families_with_the_same_keys_and_shapes(save):
    """Check that PoolFormerV2's weights are refused for IdentityFormer."""
    with pytest.raises(
        ConfigError, match=r'is a PoolFormerV2 .* the backbone is a Identity'
    ):
        load_pretrained(models.IdentityFormer('s12'), 'sail:poolformerv2_s12')
    weights = models.PoolFormerV2('s12').state_dict()
    path = save(weights, 'poolformerv2_s12.pth')
    with pytest.raises(ConfigError, match=r'is a PoolFormerV2'):
        load_pretrained(models.IdentityFormer('s12'), path)
    assert load_pretrained(models.PoolFormerV2('s12'), path).fits


class Trap:
    """Create a file when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return open, (str(self.mark), 'w')


@pytest.mark.parametrize(
    'write', [torch.save, lambda a, f: f.write_bytes(pickle.dumps(a))]
)
def test_a_pickle_that_would_run_code(tmp_path, write):
    mark, path = tmp_path / 'executed', tmp_path / 'trap.pth'
    write({'state_dict': Trap(mark)}, path)
    with pytest.raises(ConfigError, match='could run code') as error:
        load_pretrained(build(), str(path))
    assert 'weights_only' not in str(error.value)
    assert not mark.exists()


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (b'<!DOCTYPE html><html><body>Sign in</body></html>', 'a web page'),
        (b'version https://git-lfs.github.com/spec/v1\noid sha256:00', 'LFS pointer'),
        (b'', 'it is empty'),
        (b'\x00\x01garbage', "it starts with b'"),
    ],
)
def test_files_without_weights(tmp_path, content, words):
    path = tmp_path / 'weights.pth'
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=words):
        load_pretrained(build(), str(path))


@pytest.mark.parametrize('name', ['weights.pth', 'weights.safetensors'])
def test_truncated_files(tmp_path, name):
    from safetensors.torch import save_file

    path = tmp_path / name
    if name.endswith('.pth'):
        torch.save(source(), path)
    else:
        save_file(source(), path)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ConfigError, match=r'is not a checkpoint: .* download it again'):
        load_pretrained(build(), str(path))


@pytest.mark.parametrize(
    ('checkpoint', 'words'),
    [
        ('sail:caformer_s81', "unknown checkpoint 'sail:caformer_s81'"),
        ('timm:caformer_s18', 'caformer_s18.sail_in1k'),
        ('/nowhere/at/all.pth', 'checkpoint /nowhere/at/all.pth does not exist'),
        ('s3://bucket/a.pth', 'Expected a name of .*weights.py list'),
    ],
)
def test_checkpoints_that_do_not_exist(checkpoint, words):
    with pytest.raises(ConfigError, match=words):
        load_pretrained(build(), checkpoint)


def test_a_subclass_belongs_to_its_family(save):
    class Mine(models.PoolFormerV2):
        pass

    path = save(models.PoolFormerV2('s12').state_dict(), 'poolformerv2_s12.pth')
    assert load_pretrained(Mine('s12'), path).fits


def test_wrong_types_are_refused(save):
    with pytest.raises(ConfigError, match='contains no weights'):
        load_pretrained(build(), save({0: torch.ones(1)}))
    with pytest.raises(ConfigError, match='checkpoint must be a string, got None'):
        load_pretrained(build(), None)
