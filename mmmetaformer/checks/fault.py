# SPDX-License-Identifier: Apache-2.0
"""What a check of data finds wrong, and how a run reports it."""

from collections.abc import Iterable
from dataclasses import dataclass

from mmmetaformer.errors import ConfigError, warn

__all__ = ['Fault', 'report_faults']

MAX_ERRORS = 3  # one message is to be read; `tools/check_data.py` lists all faults


@dataclass(frozen=True)
class Fault:
    """Something wrong with the files of a data set.

    Args:
        what: The file, what is wrong, with value, count and the first id.
        way_out: What to do.
        stops: Whether a run must not start. Otherwise it prints a warning.
        entries: Every faulty entry, such as 'annotation 17', for the report.
        entries_left_out: Faulty entries that `entries` does not have.
    """

    what: str
    way_out: str = ''
    stops: bool = True
    entries: tuple[str, ...] = ()
    entries_left_out: int = 0

    def __str__(self) -> str:
        return f'{self.what}. {self.way_out}'.rstrip(' ')


def report_faults(faults: Iterable[Fault]) -> None:
    """Print the warnings, then refuse the run if a fault stops it.

    Raises:
        ConfigError: At least one fault stops the run; the message has the first
            `MAX_ERRORS`.
    """
    errors = []
    for fault in faults:
        if fault.stops:
            errors.append(str(fault))
        else:
            warn(str(fault))
    if errors:
        more = len(errors) - MAX_ERRORS
        rest = [f'and {more} more: tools/check_data.py lists all'] if more > 0 else []
        raise ConfigError('\n'.join(errors[:MAX_ERRORS] + rest))
