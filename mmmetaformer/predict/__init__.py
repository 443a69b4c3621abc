# SPDX-License-Identifier: Apache-2.0
"""Predicting on images with a trained model.

`load_model`, `Predictor` and `Result` are imported, and with them torch, when they are
first used: finding the files of a command line needs none of it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .load import load_model
    from .predictor import Predictor
    from .result import Result

__all__ = ['Predictor', 'Result', 'load_model']


def __getattr__(name: str) -> Any:
    """Import a name of `__all__`."""
    if name == 'load_model':
        from .load import load_model

        return load_model
    if name == 'Predictor':
        from .predictor import Predictor

        return Predictor
    if name == 'Result':
        from .result import Result

        return Result
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
