# SPDX-License-Identifier: Apache-2.0
"""What necks of the hosts compute in another way."""

from .top_down import TopDown, convolve_sums

__all__ = ['TopDown', 'convolve_sums']
