# SPDX-License-Identifier: Apache-2.0
"""Whether the labels in the maps are those of the classes."""

from collections.abc import Iterator, Sequence

from mmmetaformer.checks.fault import Fault
from mmmetaformer.text import shortened

from .absent_classes import absent_classes, background_is_ignored, ignored_background
from .facts import MapFacts
from .label_words import counting_hint, describe_classes, describe_labels
from .map_set import MapSet
from .meaning import Meaning

__all__ = ['value_faults']

MAX_IGNORED = 6  # labels in an option that a message proposes


def value_faults(
    map_set: MapSet, facts: MapFacts, meaning: Meaning, all_classes: bool
) -> Iterator[Fault]:
    """Yield where the labels found do not fit the classes.

    Args:
        map_set: The data set.
        facts: What was found in its label maps.
        meaning: What the labels stand for.
        all_classes: Whether each class should occur, as in the only data set that a
            run trains on.
    """
    if not facts.labels:
        return
    above, classes = [], set()
    for label in sorted(facts.labels):
        if meaning.is_class(label):
            classes.add(meaning.becomes[label])
        elif not meaning.is_ignored(label):
            above.append(label)
    if above:
        yield _above(map_set, facts, meaning, above)
    elif not classes:
        yield _nothing_left(map_set, facts, meaning)
    elif background_is_ignored(facts, meaning):
        yield ignored_background(map_set, facts, meaning)
    elif facts.all_looked_at and (all_classes or counting_hint(facts, meaning)):
        yield from absent_classes(map_set, facts, meaning, sorted(classes))


def _above(
    map_set: MapSet, facts: MapFacts, meaning: Meaning, above: Sequence[int]
) -> Fault:
    count = facts.labels[above[0]]
    many = len(above) > 1
    which = f'labels {shortened(above)} have' if many else f'label {above[0]} has'
    it = f'label {above[0]}' if many else 'it'
    return Fault(
        f'{which} no class: the {meaning.number} classes are '
        f'{describe_classes(meaning)}, but {it} is in {count.maps} of '
        f'{facts.looked_at} maps of {map_set.map_folder} ({count.pixels} pixels, first '
        f'{count.first}). Labels found: {describe_labels(facts, meaning)}',
        _way_out_of_above(facts, meaning, above),
        entries=tuple(
            f'label {label}: {facts.labels[label].pixels} pixels in '
            f'{facts.labels[label].maps} maps, first in {facts.labels[label].first}'
            for label in above
        ),
    )


def _way_out_of_above(facts: MapFacts, meaning: Meaning, above: Sequence[int]) -> str:
    ignore = f'--ignore-label {" ".join(map(str, above))}'
    hint = counting_hint(facts, meaning)
    if hint and 0 in facts.labels:
        # The labels count from 1, or from 0 with a last one that is no class (CamVid).
        return f'{hint}; if {above[0]} is no class, add {ignore}'
    if hint:
        return hint
    if 'labelIds' in facts.labels[above[0]].first:
        return (
            'Cityscapes is trained on the files that end with labelTrainIds.png: '
            'cityscapesScripts writes them (csCreateTrainIdLabelImgs)'
        )
    if not any(label and meaning.is_class(label) for label in facts.labels):
        return (
            'These look like grey values: write the class numbers into the label maps, '
            '0, 1, 2, ..., and say how they count with --labels-from'
        )
    if len(above) > MAX_IGNORED:
        ignore = '--ignore-label with the labels that are no class'
    it = 'it' if len(above) == 1 else 'them'
    return f'Name a class for each label with --classes, or ignore {it}: {ignore}'


def _nothing_left(map_set: MapSet, facts: MapFacts, meaning: Meaning) -> Fault:
    label_map = map_set.host.label_map
    if label_map:
        pairs = shortened(
            f'{name} (label {shortened(meaning.labels_of(number))})'
            for number, name in enumerate(meaning.names)
        )
        expected = f'the classes are labels of {type(map_set.host).__name__}: {pairs}'
        way_out = 'If they are your own: --labels-from 1, or --labels-from 0'
    else:
        expected = f'the classes are {describe_classes(meaning)}'
        way_out = counting_hint(facts, meaning) or (
            'Write the class numbers into the label maps, not grey values: a mask of 0 '
            'and 255 becomes 0 and 1, to train on with --labels-from 0'
        )
    return Fault(
        f'labels found are {describe_labels(facts, meaning)} in {facts.looked_at} maps '
        f'of {map_set.map_folder}: no pixel is left to train on; {expected}',
        way_out,
    )
