# SPDX-License-Identifier: Apache-2.0
"""What the training loops that start anywhere in the data have in common."""

from typing import Any

from .position import DataPosition

__all__ = ['ExactLoop']


class ExactLoop:
    """What both loops have: a place in the data, and validation where it is due."""

    position: DataPosition

    def validate_if_due(self) -> None:
        """Validate if that is due here and was not done yet."""
        loop: Any = self
        loop._decide_current_val_interval()
        done, last = self._progress()
        due = done >= loop.val_begin and (done % loop.val_interval == 0 or done == last)
        due = due and self.position.validated != loop.iter
        if due and loop.runner.val_loop is not None:
            loop.runner.val_loop.run()

    def _progress(self) -> tuple[int, int]:
        """Return what is done and the length of the run, in the loop's unit."""
        raise NotImplementedError
