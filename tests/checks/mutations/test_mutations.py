# SPDX-License-Identifier: Apache-2.0
import pytest
from mutation import try_mutation
from report import PARTS
from thirds import a_third_fast

MUTATIONS = [mutation for part in PARTS.values() for mutation in part]


def test_there_are_enough_and_no_name_twice():
    names = [mutation.name for mutation in MUTATIONS]
    assert len(names) >= 60
    assert len(set(names)) == len(names)


@pytest.mark.parametrize('mutation', a_third_fast(MUTATIONS))
def test_what_is_wrong_is_caught_before_the_first_step(mutation, empty_folder):
    assert try_mutation(mutation, empty_folder)[1] == ''
