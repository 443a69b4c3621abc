# SPDX-License-Identifier: Apache-2.0
"""MetaFormer backbones and recipes for the OpenMMLab dense-prediction stack."""

from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from .predict import load_model

__all__ = ['__version__', 'load_model']


def __getattr__(name: str) -> Any:
    """Import `load_model`, and with it torch, when it is first used."""
    if name == 'load_model':
        from .predict import load_model

        return load_model
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
