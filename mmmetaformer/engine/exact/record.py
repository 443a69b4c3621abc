# SPDX-License-Identifier: Apache-2.0
"""What a checkpoint says about its place in the data, beside steps and epochs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

__all__ = ['Record', 'updates_as_passes']

KEY = 'exact_resume'  # in `meta` of a checkpoint


@dataclass(frozen=True)
class Record:
    """How many images a run has used, and in what portions.

    Args:
        processes: Number of processes.
        batch_size: Images in one pass of a process.
        accumulated: Passes per update of the parameters.
        images: Images used by all processes: of the epoch in a run in epochs, else of
            the run.
        pending: Passes since the last update, whose gradients are not saved.
        validated: Whether the validation that is due here was done before the save.
    """

    processes: int
    batch_size: int
    accumulated: int
    images: int = 0
    pending: int = 0
    validated: int = 0

    def __str__(self) -> str:
        return (
            f'{self.processes} x {self.batch_size} images per pass and '
            f'{self.accumulated} per update'
        )

    @property
    def images_per_pass(self) -> int:
        """Images in one pass of all processes."""
        return self.processes * self.batch_size

    def same_portions(self, other: 'Record') -> bool:
        """Return whether another run steps through the data in the same way."""
        keys = ('processes', 'batch_size', 'accumulated')
        return all(getattr(self, key) == getattr(other, key) for key in keys)

    def before_pending(self) -> int:
        """Return the images at the last update."""
        return max(0, self.images - self.pending * self.images_per_pass)

    def write(self, meta: dict[str, Any]) -> None:
        """Put this into the `meta` of a checkpoint."""
        meta[KEY] = asdict(self)

    @classmethod
    def read(cls, meta: Mapping[str, Any]) -> 'Record | None':
        """Return what the `meta` of a checkpoint says, None without a valid record."""
        values = meta.get(KEY)
        names = {field.name for field in fields(cls)}
        if not isinstance(values, Mapping) or set(values) != names:
            return None
        if any(type(value) is not int or value < 0 for value in values.values()):
            return None
        record = cls(**values)
        portions = (record.processes, record.batch_size, record.accumulated)
        return record if min(portions) > 0 else None


def updates_as_passes(meta: Mapping[str, Any], accumulated: int) -> int:
    """Return how many passes a run that counts them has done.

    Args:
        meta: The checkpoint's `meta`, with the passes of the run that saved it.
        accumulated: Passes per update of the run that resumes. With another number than
            before, it is the updates that count.
    """
    record, passes = Record.read(meta), meta['iter']
    if record is None or record.accumulated == accumulated:
        return passes
    return (passes - record.pending) // record.accumulated * accumulated
