# SPDX-License-Identifier: Apache-2.0
"""What the runs in a work dir have logged, as one run."""

from .curves import Curve, curve_of
from .history import History, read_history
from .starts import Start, read_starts

__all__ = [
    'Curve',
    'History',
    'Start',
    'curve_of',
    'read_history',
    'read_starts',
]
