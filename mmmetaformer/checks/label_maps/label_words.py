# SPDX-License-Identifier: Apache-2.0
"""Words for the labels that were found and for those of the classes."""

from mmmetaformer.text import shortened

from .facts import MapFacts
from .meaning import Meaning

__all__ = ['UNLABELED', 'counting_hint', 'describe_classes', 'describe_labels']

UNLABELED = 255  # in most data sets, also where the first class is 1


def describe_labels(facts: MapFacts, meaning: Meaning, limit: int = 8) -> str:
    """Return the labels found, what each is taken for, and its share of the pixels."""
    return shortened(
        (
            f'{label} ({meaning.name(label)}, {_share(count.pixels / facts.pixels)})'
            for label, count in sorted(facts.labels.items())
        ),
        limit,
    )


def counting_hint(facts: MapFacts, meaning: Meaning) -> str:
    """Return the option with which the labels found fit, '' if none does."""
    found = set(facts.labels) - {UNLABELED}
    ends = (min(found, default=None), max(found, default=None))
    first = meaning.labels_of(0)
    if first == [1] and ends == (0, meaning.number - 1):
        return 'If label 0 is the first class, add --labels-from 0'
    if first == [0] and ends[1] == meaning.number:
        return 'If label 1 is the first class and 0 is ignored, add --labels-from 1'
    return ''


def describe_classes(meaning: Meaning) -> str:
    """Return which labels the classes have, such as 'bg (label 1) to fg (label 2)'."""
    ends = [
        f'{meaning.names[number]} (label {shortened(meaning.labels_of(number)) or "-"})'
        for number in sorted({0, meaning.number - 1})
    ]
    return ' to '.join(ends)


def _share(part: float) -> str:
    return f'{part * 100:.0f} %' if part >= 0.01 else 'under 1 %'
