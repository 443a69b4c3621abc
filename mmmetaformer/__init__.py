# SPDX-License-Identifier: Apache-2.0
"""MetaFormer backbones and recipes for the OpenMMLab dense-prediction stack."""

from .version import __version__

__all__ = ['__version__']
