# SPDX-License-Identifier: Apache-2.0
"""A training run as one page that needs no network."""

from .write import PAGE, write_report

__all__ = ['PAGE', 'write_report']
