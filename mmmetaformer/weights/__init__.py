# SPDX-License-Identifier: Apache-2.0
"""Published weights: where they are, how they are named, and loading them.

Knows names and tensors, not models.
"""

from .anatomy import anatomy
from .catalogue import CATALOGUE, Entry, find_entry
from .files import read_checkpoint, read_weights
from .layouts import LAYOUTS, find_layout, from_layout, to_layout
from .load import load_pretrained
from .prefixes import strip_prefixes
from .publish import publish, save_weights
from .source import cache_folder, locate

__all__ = [
    'CATALOGUE',
    'LAYOUTS',
    'Entry',
    'anatomy',
    'cache_folder',
    'find_entry',
    'find_layout',
    'from_layout',
    'load_pretrained',
    'locate',
    'publish',
    'read_checkpoint',
    'read_weights',
    'save_weights',
    'strip_prefixes',
    'to_layout',
]
