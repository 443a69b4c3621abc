# SPDX-License-Identifier: Apache-2.0
import pytest
from mutation import refused_though_sound
from sound_variations import SOUND
from thirds import a_third_fast


def test_there_are_enough_variations_and_no_name_twice():
    names = [variation.name for variation in SOUND]
    assert len(names) >= 30
    assert len(set(names)) == len(names)


@pytest.mark.parametrize('variation', a_third_fast(SOUND))
def test_what_is_sound_starts(variation, empty_folder):
    assert refused_though_sound(variation, empty_folder)[1] == ''
