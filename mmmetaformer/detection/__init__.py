# SPDX-License-Identifier: Apache-2.0
"""A neck for mmdet, which must be installed."""

from .neck import FPN

__all__ = ['FPN']
