# SPDX-License-Identifier: Apache-2.0
"""Label maps that cannot be used with any labels."""

from collections.abc import Iterator
from dataclasses import dataclass

from mmmetaformer.checks.fault import Fault

from .facts import MapFacts

__all__ = ['file_faults']


@dataclass(frozen=True)
class _Kind:
    """A kind of trouble: what follows its description, the way out, how bad it is."""

    expected: str
    way_out: str
    stops: bool = True


UPRIGHT = (
    'Turn the pixels and remove the tag (mogrify -auto-orient *.jpg), or load images '
    'as they are stored: --cfg-options '
    '{train,val,test}_dataloader.dataset.pipeline.0.color_type=color_ignore_orientation'
)
KINDS = {
    'unreadable': _Kind('', 'Write or copy it again, or remove it with its image'),
    'channels': _Kind(
        '; label maps have one channel with the class number in each pixel',
        'Convert colours to class numbers and save PNG files of mode L or P',
    ),
    'lossy': _Kind('; label maps are PNG files', 'Write them again from the original'),
    'wide': _Kind(
        ', which mmseg cuts to 8 bits; labels are 0 to 255',
        'Renumber the classes and save 8-bit PNG files',
    ),
    'stretched': _Kind(
        ' as if they were grey values', 'Save 8-bit PNG files, or files with a palette'
    ),
    'size': _Kind(
        '; a label map has the size of its image',
        'Resize one of them; label maps without interpolation (nearest)',
    ),
    'turned': _Kind('', UPRIGHT),
    'orientation': _Kind(
        ', which turns or mirrors it when it is loaded; its label map stays as it is',
        f'If the labels do not fit the turned image: {UPRIGHT}',
        stops=False,
    ),
}


def file_faults(facts: MapFacts) -> Iterator[Fault]:
    """Yield one fault for each kind of trouble that label maps have.

    Args:
        facts: What was found in the label maps of a data set.
    """
    for name, kind in KINDS.items():
        troubles = list(facts.of_kind(name))
        if not troubles:
            continue
        first = troubles[0]
        yield Fault(
            what=f'{first.file} {first.what}{kind.expected} '
            f'({len(troubles)} of {facts.maps} label maps)',
            way_out=kind.way_out,
            stops=kind.stops,
            entries=tuple(f'{one.file} {one.what}' for one in troubles),
        )
