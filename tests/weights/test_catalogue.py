# SPDX-License-Identifier: Apache-2.0
import pytest
import timm
import torch

from mmmetaformer.errors import ConfigError
from mmmetaformer.registry import MODELS
from mmmetaformer.weights.audit import compare
from mmmetaformer.weights.catalogue import CATALOGUE, find_entry, guess_entry
from mmmetaformer.weights.layouts import LAYOUTS, from_layout, to_layout
from mmmetaformer.weights.source import published_entry


def test_the_catalogue_is_complete():
    sail = [name for name in CATALOGUE if name.startswith('sail:')]
    tags = {n.removeprefix('timm:') for n in CATALOGUE if n.startswith('timm:')}
    surgenet = [name for name in CATALOGUE if name.startswith('surgenet:')]
    assert len(sail) == 3 * 5 + 2 * 4 * 5 + 5
    families = ('poolformer_', 'poolformerv2_', 'convformer_', 'caformer_')
    assert tags == {t for t in timm.list_pretrained() if t.startswith(families)}
    assert len(surgenet) == 7
    files = [entry.file_name for entry in CATALOGUE.values()]
    assert len(set(files)) == len(files), 'two entries have the same file in the cache'
    assert all(name.endswith(('.pth', '.pth.tar', '.safetensors')) for name in files)


@pytest.mark.parametrize('name', CATALOGUE)
def test_keys_and_shapes_match(name):
    """Check the round trip of the model's weights through the entry's layout."""
    entry = CATALOGUE[name]
    with torch.device('meta'):
        model = MODELS.build(dict(entry.backbone))
    own = model.state_dict()
    body = {k: v for k, v in own.items() if not k.startswith('out_norms.')}
    theirs, without_place = to_layout(body, entry.layout)
    assert without_place == []
    back, unknown = from_layout(theirs, entry.layout)
    audit = compare(back, own, unknown, [])
    assert audit.fits
    assert len(audit.matched) == len(body)
    assert entry.layout in LAYOUTS


@pytest.mark.parametrize(
    'name', [name for name in CATALOGUE if name.startswith('timm:')]
)
def test_timm_agrees(name):
    entry = CATALOGUE[name]
    config = timm.get_pretrained_cfg(name.removeprefix('timm:'))
    assert config.input_size[1] == entry.input_size
    assert config.num_classes == entry.num_classes
    assert entry.url.startswith(f'https://huggingface.co/{config.hf_hub_id}')


def test_addresses_of_sail():
    """Check one address of each kind, copied from the READMEs of sail-sg."""
    hub = 'https://huggingface.co/sail/dl/resolve/main'
    releases = 'https://github.com/sail-sg/poolformer/releases/download/v1.0'
    expected = {
        'sail:identityformer_s12': f'{hub}/identityformer/identityformer_s12.pth',
        'sail:poolformerv2_m48': f'{hub}/poolformerv2/poolformerv2_m48.pth',
        'sail:caformer_b36_384_in21ft1k': (
            f'{hub}/caformer/caformer_b36_384_in21ft1k.pth'
        ),
        'sail:poolformer_s12': f'{releases}/poolformer_s12.pth.tar',
    }
    assert {name: CATALOGUE[name].url for name in expected} == expected


def test_addresses_of_surgenet():
    """Check names that differ from the variant's, copied from its README."""
    hub = 'https://huggingface.co/TimJaspersTue/SurgeNetModels/resolve/main'
    for name, start in (
        ('caformer_s18', 'SurgeNet'),
        ('caformer_s18_xl', 'SurgeNetXL'),
        ('caformer_s18_cholec', 'CHOLEC'),
    ):
        entry = CATALOGUE[f'surgenet:{name}']
        assert entry.url == f'{hub}/{start}_checkpoint_epoch0050_teacher.pth'
        assert published_entry(f'{entry.url}?download=true') is entry
        assert entry.license == 'CC-BY-NC-SA-4.0'


def test_unknown_name_lists_the_nearest():
    with pytest.raises(ConfigError, match=r"'sail:caformer_s18'"):
        find_entry('sail:caformer_s81')


def test_guess_from_the_file_name():
    assert guess_entry('poolformerv2_s12.pth').family == 'PoolFormerV2'
    assert guess_entry('poolformer_s12.pth.tar').name == 'sail:poolformer_s12'
    assert guess_entry('epoch_12.pth') is None


@pytest.mark.parametrize(
    'checkpoint',
    [
        'timm:poolformerv2_s12.sail_in1k',
        'https://huggingface.co/timm/poolformerv2_s12.sail_in1k/resolve/main/'
        'model.safetensors?download=true',
        'weights/poolformerv2_s12.sail_in1k',
        'weights/poolformerv2_s12.sail_in1k/model.safetensors',
        'weights/poolformerv2_s12.pth',
    ],
)
def test_detected_from_name_address_file_or_folder(checkpoint):
    assert published_entry(checkpoint).family == 'PoolFormerV2'
