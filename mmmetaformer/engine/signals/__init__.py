# SPDX-License-Identifier: Apache-2.0
"""Stopping at a signal with a checkpoint, and going on from there."""

from .hook import SignalHook, use_signals

__all__ = ['SignalHook', 'use_signals']
