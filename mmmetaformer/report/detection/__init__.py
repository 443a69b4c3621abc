# SPDX-License-Identifier: Apache-2.0
"""Why a detector's AP is not higher."""

from .errors import KINDS, Errors, error_kinds

__all__ = ['KINDS', 'Errors', 'error_kinds']
