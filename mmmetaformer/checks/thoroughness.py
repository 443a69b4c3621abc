# SPDX-License-Identifier: Apache-2.0
"""How much of the data a check reads."""

from dataclasses import dataclass

__all__ = ['SAMPLED', 'Thoroughness']


@dataclass(frozen=True)
class Thoroughness:
    """How much of the data a check reads.

    Args:
        everything: Read the headers of all images, the pixels of all label maps, and
            list all faulty annotations. Otherwise: of a sample, and the first ones.
        decode: Decode all images that are looked at.
    """

    everything: bool = False
    decode: bool = False


#: As a run does at its start.
SAMPLED = Thoroughness()
