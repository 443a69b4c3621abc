# SPDX-License-Identifier: Apache-2.0
"""What necks of the hosts compute in another way."""

from .top_down import TopDown

__all__ = ['TopDown']
