# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.checks.fault import Fault, report_faults
from mmmetaformer.errors import ConfigError


def test_warnings_are_printed_and_errors_raised(capsys):
    faults = [
        Fault('a.json: 3 boxes have no area', stops=False),
        Fault('a.json: no image is left', 'Lower min_size'),
    ]
    with pytest.raises(ConfigError) as error:
        report_faults(faults)
    assert str(error.value) == 'a.json: no image is left. Lower min_size'
    assert capsys.readouterr().err == 'warning: a.json: 3 boxes have no area.\n'


def test_of_many_errors_the_first_and_how_many_more():
    with pytest.raises(ConfigError) as error:
        report_faults(Fault(f'fault {n}') for n in range(5))
    assert 'fault 2.' in str(error.value)
    assert 'fault 3' not in str(error.value)
    assert 'and 2 more' in str(error.value)
