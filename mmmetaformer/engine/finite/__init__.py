# SPDX-License-Identifier: Apache-2.0
"""Stopping a run whose numbers are no longer finite, before it saves them."""

from .hook import FiniteHook, stop_at_nan

__all__ = ['FiniteHook', 'stop_at_nan']
