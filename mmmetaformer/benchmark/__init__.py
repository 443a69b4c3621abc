# SPDX-License-Identifier: Apache-2.0
"""Measuring the time and memory of models side by side."""

from .ceilings import Ceilings, measure_ceilings
from .measure import Result, measure
from .probe import Probe
from .remote import Remote
from .report import describe, describe_parts, write_csv
from .setting import Setting
from .subjects import build

__all__ = [
    'Ceilings',
    'Probe',
    'Remote',
    'Result',
    'Setting',
    'build',
    'describe',
    'describe_parts',
    'measure',
    'measure_ceilings',
    'write_csv',
]
