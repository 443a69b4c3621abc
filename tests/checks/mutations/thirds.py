# SPDX-License-Identifier: Apache-2.0
"""How many mutations a quick run of the tests tries."""

import pytest


def a_third_fast(entries):
    """Return the entries as parameters of a test; two of three are slow tests."""
    return [
        pytest.param(
            entry,
            id=entry.name.replace(' ', '-'),
            marks=pytest.mark.slow if number % 3 else (),
        )
        for number, entry in enumerate(entries)
    ]
