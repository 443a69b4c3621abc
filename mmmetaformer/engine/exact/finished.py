# SPDX-License-Identifier: Apache-2.0
"""Whether a run has come to its end, after its last validation.

Its last checkpoint does not say so, since it is saved before that validation.
"""

from pathlib import Path

__all__ = ['forget_end', 'has_ended', 'note_end']

NAME = 'finished'


def note_end(work_dir: str, step: int) -> None:
    """Write down that a run has ended.

    Args:
        work_dir: The run's work dir.
        step: Its last iteration.
    """
    Path(work_dir, NAME).write_text(f'{step}\n', encoding='utf-8')


def forget_end(work_dir: str) -> None:
    """Forget the end of a run that trains again."""
    Path(work_dir, NAME).unlink(missing_ok=True)


def has_ended(work_dir: str, step: int) -> bool:
    """Return whether a run has ended at this iteration, or at a later one."""
    file = Path(work_dir, NAME)
    words = file.read_text(encoding='utf-8', errors='replace') if file.is_file() else ''
    return words.strip().isdecimal() and int(words) >= step
