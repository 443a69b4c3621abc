# SPDX-License-Identifier: Apache-2.0
"""Classes that never occur in the label maps."""

from collections.abc import Iterator, Sequence

from mmmetaformer.checks.background import is_background
from mmmetaformer.checks.fault import Fault
from mmmetaformer.text import shortened

from .facts import MapFacts
from .label_words import counting_hint, describe_labels
from .map_set import MapSet
from .meaning import Meaning

__all__ = ['absent_classes', 'background_is_ignored', 'ignored_background']


def background_is_ignored(facts: MapFacts, meaning: Meaning) -> bool:
    """Return whether the first class is the background, and label 0 probably is it.

    Then the last class is not found, and label 0 is more frequent than label 1.
    """
    zero, one = facts.labels.get(0), facts.labels.get(1)
    return (
        zero is not None
        and meaning.number > 1
        and is_background(meaning.names[0])
        and meaning.labels_of(0) == [1]
        and not facts.labels.keys() & set(meaning.labels_of(meaning.number - 1))
        and zero.pixels > (one.pixels if one else 0)
    )


def ignored_background(map_set: MapSet, facts: MapFacts, meaning: Meaning) -> Fault:
    """Return the fault that `background_is_ignored` finds."""
    name, last = meaning.names[0], meaning.number - 1
    return Fault(
        f'class {meaning.names[last]} (label {shortened(meaning.labels_of(last))}) '
        f'never occurs in {facts.looked_at} maps of {map_set.map_folder}, and the '
        f'first class, {name}, is label 1, since 0 is ignored. Labels found: '
        f'{describe_labels(facts, meaning)}',
        f'If label 0 is {name}, add --labels-from 0; if not, give label 1 another name',
    )


def absent_classes(
    map_set: MapSet, facts: MapFacts, meaning: Meaning, classes: Sequence[int]
) -> Iterator[Fault]:
    """Yield a fault if some classes never occur.

    Args:
        map_set: The data set.
        facts: What was found in its label maps; all of them were looked at.
        meaning: What the labels stand for.
        classes: The numbers of the classes found.
    """
    absent = [
        number
        for number in range(meaning.number)
        # A class whose labels are all ignored, as VOC's background may be, is meant.
        if number not in classes and meaning.labels_of(number)
    ]
    if not absent:
        return
    names = [
        f'{meaning.names[number]} (label {shortened(meaning.labels_of(number))})'
        for number in absent
    ]
    which = (
        f'class {names[0]} never occurs'
        if len(names) == 1
        else f'{len(names)} of {meaning.number} classes never occur'
    )
    rest = '' if len(names) == 1 else f': {shortened(names, 3)}'
    hint = counting_hint(facts, meaning)
    # One class alone is nothing to learn; with the hint, it is also clear why.
    only_one = len(classes) == 1 and meaning.number > 1
    alone = f'; only {meaning.names[classes[0]]} does' if only_one else ''
    yield Fault(
        f'{which} in the {facts.maps} maps of {map_set.map_folder}{rest}{alone}. '
        f'Labels found: {describe_labels(facts, meaning)}',
        hint,
        stops=only_one and bool(hint),
    )
