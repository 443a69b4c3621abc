# SPDX-License-Identifier: Apache-2.0
"""Whether a run has come to its end, after its last validation.

Its last checkpoint does not say so, since it is saved before that validation.
"""

from pathlib import Path

from mmmetaformer.compat.atomic_save import write_file
from mmmetaformer.errors import warn

__all__ = ['forget_end', 'has_ended', 'note_end']

NAME = 'finished'


def note_end(work_dir: str, step: int) -> None:
    """Write down that a run has ended, which a full disk does not spoil.

    Args:
        work_dir: The run's work dir.
        step: Its last iteration.
    """
    file = Path(work_dir, NAME)
    try:
        write_file(file, f'{step}\n'.encode())
    except OSError as error:
        warn(f'{file} cannot be written ({error.strerror}): --resume validates again')


def forget_end(work_dir: str) -> None:
    """Forget the end of a run that trains again."""
    Path(work_dir, NAME).unlink(missing_ok=True)


def has_ended(work_dir: str, step: int) -> bool:
    """Return whether a run has ended at this iteration, or at a later one."""
    file = Path(work_dir, NAME)
    words = file.read_text(encoding='utf-8', errors='replace') if file.is_file() else ''
    return words.strip().isdecimal() and int(words) >= step
