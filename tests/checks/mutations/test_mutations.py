# SPDX-License-Identifier: Apache-2.0
import pytest
from mutation import refused_though_sound, try_mutation
from report import PARTS
from sound_variations import SOUND

MUTATIONS = [mutation for part in PARTS.values() for mutation in part]


def by_name(mutation):
    return mutation.name.replace(' ', '-')


@pytest.fixture(autouse=True)
def _cache(monkeypatch, tmp_path):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))


@pytest.fixture
def empty(tmp_path):
    folder = tmp_path / 'run'
    folder.mkdir()
    return folder


def test_no_name_twice():
    names = [mutation.name for mutation in (*MUTATIONS, *SOUND)]
    assert len(set(names)) == len(names)
    assert len(MUTATIONS) >= 60
    assert len(SOUND) >= 30


@pytest.mark.parametrize('mutation', MUTATIONS, ids=by_name)
def test_what_is_wrong_is_caught_before_the_first_step(mutation, empty):
    assert try_mutation(mutation, empty)[1] == ''


@pytest.mark.parametrize('variation', SOUND, ids=by_name)
def test_what_is_sound_starts(variation, empty):
    assert refused_though_sound(variation, empty)[1] == ''
