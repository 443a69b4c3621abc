# SPDX-License-Identifier: Apache-2.0
"""The loss of the validation images: `--val-loss`."""

from .hook import ValLossHook
from .use import use_val_loss

__all__ = ['ValLossHook', 'use_val_loss']
