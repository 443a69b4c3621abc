# SPDX-License-Identifier: Apache-2.0
"""Whether the labels in the maps are those of the classes."""

from collections.abc import Iterator, Sequence

from mmmetaformer.checks.fault import Fault
from mmmetaformer.text import shortened

from .facts import MapFacts
from .map_set import MapSet
from .meaning import Meaning

__all__ = ['describe_labels', 'value_faults']

UNLABELED = 255  # in most data sets, whatever the first class is


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
    elif all_classes and facts.all_looked_at:
        yield from _absent(map_set, facts, meaning, sorted(classes))


def describe_labels(facts: MapFacts, meaning: Meaning, limit: int = 8) -> str:
    """Return the labels found, what each is taken for, and its share of the pixels."""
    return shortened(
        (
            f'{label} ({meaning.name(label)}, {_share(count.pixels / facts.pixels)})'
            for label, count in sorted(facts.labels.items())
        ),
        limit,
    )


def _above(
    map_set: MapSet, facts: MapFacts, meaning: Meaning, above: Sequence[int]
) -> Fault:
    count = facts.labels[above[0]]
    many = len(above) > 1
    which = f'labels {shortened(above)} have' if many else f'label {above[0]} has'
    return Fault(
        f'{which} no class: the {meaning.number} classes are {_label_range(meaning)}, '
        f'but {f"label {above[0]}" if many else "it"} is in {count.maps} of '
        f'{facts.looked_at} maps of {map_set.map_folder} ({count.pixels} pixels, first '
        f'{count.first}). Labels found: {describe_labels(facts, meaning)}',
        _count_hint(facts, meaning) or _way_out_of_above(facts, meaning, count.first),
        entries=tuple(
            f'label {label}: {facts.labels[label].pixels} pixels in '
            f'{facts.labels[label].maps} maps, first in {facts.labels[label].first}'
            for label in above
        ),
    )


def _way_out_of_above(facts: MapFacts, meaning: Meaning, file: str) -> str:
    if 'labelIds' in file:
        return (
            'Cityscapes is trained on the files that end with labelTrainIds.png: '
            'cityscapesScripts writes them (csCreateTrainIdLabelImgs)'
        )
    if len(facts.labels) <= meaning.number + 1:
        return (
            'These look like grey values: write the class numbers into the label maps, '
            '0, 1, 2, ..., and say how they count with --labels-from'
        )
    return (
        'Name a class for each label with --classes, or set pixels of no class to '
        f'{max(meaning.ignored, default=UNLABELED)}'
    )


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
        expected = f'the classes are {_label_range(meaning)}'
        way_out = _count_hint(facts, meaning) or (
            'Write the class numbers into the label maps, not grey values: a mask of 0 '
            'and 255 becomes 0 and 1, to train on with --labels-from 0'
        )
    return Fault(
        f'labels found are {describe_labels(facts, meaning)} in {facts.looked_at} maps '
        f'of {map_set.map_folder}: no pixel is left to train on; {expected}',
        way_out,
    )


def _absent(
    map_set: MapSet, facts: MapFacts, meaning: Meaning, classes: Sequence[int]
) -> Iterator[Fault]:
    absent = [
        number
        for number in range(meaning.number)
        if number not in classes and number not in meaning.ignored
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
    hint = _count_hint(facts, meaning)
    # One class alone is nothing to learn; with the hint, it is also clear why.
    only_one = len(classes) == 1 and meaning.number > 1
    alone = f'; only {meaning.names[classes[0]]} does' if only_one else ''
    yield Fault(
        f'{which} in the {facts.maps} maps of {map_set.map_folder}{rest}{alone}. '
        f'Labels found: {describe_labels(facts, meaning)}',
        hint,
        stops=only_one and bool(hint),
    )


def _count_hint(facts: MapFacts, meaning: Meaning) -> str:
    """Return the option with which the labels found fit, '' if none does."""
    found = set(facts.labels) - {UNLABELED}
    ends = (min(found, default=None), max(found, default=None))
    first = meaning.labels_of(0)
    if first == [1] and ends == (0, meaning.number - 1):
        return 'If label 0 is the first class, add --labels-from 0'
    if first == [0] and ends == (1, meaning.number):
        return 'If label 1 is the first class, add --labels-from 1'
    return ''


def _label_range(meaning: Meaning) -> str:
    """Return which labels the classes have, such as 'bg (label 1) to fg (label 2)'."""
    ends = [
        f'{meaning.names[number]} (label {shortened(meaning.labels_of(number)) or "-"})'
        for number in sorted({0, meaning.number - 1})
    ]
    return ' to '.join(ends)


def _share(part: float) -> str:
    return f'{part * 100:.0f} %' if part >= 0.01 else 'under 1 %'
