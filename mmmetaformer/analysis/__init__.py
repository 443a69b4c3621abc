# SPDX-License-Identifier: Apache-2.0
"""What a model costs, counted without running it."""

from .complexity import Complexity, Part, measure
from .counter import SavedBytes
from .describe import describe

__all__ = ['Complexity', 'Part', 'SavedBytes', 'describe', 'measure']
