# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.models.token_mixers import Attention, Pooling, build_token_mixer


def test_from_a_name():
    mixer = build_token_mixer('attention', 64)
    assert type(mixer) is Attention
    assert mixer.qkv.in_features == 64


def test_from_a_dict_which_stays_as_it_is():
    spec = dict(type='pooling', pool_size=5)
    mixer = build_token_mixer(spec, 64)
    assert type(mixer) is Pooling
    assert mixer.pool_size == 5
    assert spec == dict(type='pooling', pool_size=5)


@pytest.mark.parametrize(
    ('spec', 'message'),
    [
        ('pool', "unknown token mixer 'pool'. Did you mean 'pooling'.*custom_imports"),
        (dict(pool_size=3), 'unknown token mixer None'),
        (dict(type='pooling', size=3), "'pooling' has no argument 'size'.*pool_size"),
        (dict(type='pooling', dim=3), "'pooling' has no argument 'dim'"),
    ],
)
def test_bad_specs_are_refused(spec, message):
    with pytest.raises(ConfigError, match=message):
        build_token_mixer(spec, 64)
