# SPDX-License-Identifier: Apache-2.0
"""Transforms that guard the loading of data; `run/` puts them into pipelines.

The registry imports this package when a name is first looked up.
"""

from .check_labels import CheckLabels
from .ignore_labels import IgnoreLabels
from .skip_unreadable import SkipUnreadable

__all__ = ['CheckLabels', 'IgnoreLabels', 'SkipUnreadable']
