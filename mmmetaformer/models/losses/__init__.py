# SPDX-License-Identifier: Apache-2.0
"""Losses of dense prediction, of torch alone."""

from .cross_entropy import resized_cross_entropy

__all__ = ['resized_cross_entropy']
