# SPDX-License-Identifier: Apache-2.0
"""Predicting on images with a trained model.

`load_model`, `Predictor` and `Result` are imported, and with them torch, when they are
first used: finding the files of a command line needs none of it.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .load import load_model
    from .predictor import Predictor
    from .result import Result

__all__ = ['Predictor', 'Result', 'load_model']


def __getattr__(name: str) -> Any:
    """Import a name of `__all__`."""
    if name not in __all__:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    home = {'load_model': 'load'}.get(name, name.lower())
    return getattr(importlib.import_module(f'{__name__}.{home}'), name)
