# SPDX-License-Identifier: Apache-2.0
"""Whether the classes of a run are the categories of its files, in their order."""

import shlex
from collections.abc import Sequence

from mmmetaformer.checks.background import is_background
from mmmetaformer.checks.fault import Fault
from mmmetaformer.text import did_you_mean, shortened

from .facts import CocoFacts
from .uses import Use

__all__ = ['class_fault', 'disagreement', 'names_in_order']

MAX_NAMES = 40  # in an option to type
FEW = 3  # misspelt names, rather than those of other data


def names_in_order(facts: CocoFacts, use: Use) -> list[str]:
    """Return the categories in the order in which mmdet labels them."""
    if not use.sorts:
        return facts.categories
    ids = facts.category_ids
    order = sorted(
        range(len(ids)),
        key=lambda i: (0, int(ids[i]), '') if ids[i].isdecimal() else (1, 0, ids[i]),
    )
    return [facts.categories[i] for i in order]


def class_fault(facts: CocoFacts, use: Use) -> Fault | None:
    """Return what is wrong with a run's classes for a file.

    mmdet labels the categories in the order of the file. With another order in the
    config, every name would silently stand for another class. Objects of a category
    that is no class are left out, so that only a category without objects may be.
    """
    names = names_in_order(facts, use)
    classes = list(use.classes or ())
    if not classes or not names or classes == names:
        return None
    if len(set(names)) < len(names) or not all(names):
        return None  # the fault is in the file
    count = dict(zip(facts.categories, facts.counts, strict=True))
    unknown = [name for name in classes if name not in names]
    others = [name for name in names if name not in classes and count[name]]
    # labelme lists it, but a detector has no such class.
    every = [name for name in names if count[name] or not is_background(name)]
    stops = use.own_classes or unknown == classes
    if len(unknown) > FEW or unknown == classes:
        what = (
            f'{use.file} has the {_count(names)} {shortened(names)}; the config has '
            f'{len(classes)}: {shortened(classes, 3)}'
        )
        return Fault(what, f'For the classes of the file: {_option(every)}', stops)
    if unknown:
        what = (
            f'{use.file} has no category {unknown[0]!r}, a class of the config.'
            f'{did_you_mean(unknown[0], names)} It has the {_count(names)} '
            f'{shortened(names)}'
        )
        return Fault(what, f'For all of them: {_option(every)}', stops)
    ordered = [name for name in names if name in classes]
    if ordered != classes:
        what = (
            f'the classes are not in the order of {use.file}, in which mmdet labels '
            f'them'
        )
        return Fault(what, f'Write them as {_option(ordered)}', stops)
    if others and not use.subset:
        objects = ', '.join(f'{name} ({count[name]} objects)' for name in others[:3])
        what = (
            f'{use.file} has {_count(others)} more than the run has classes: {objects}'
            f'{", ..." if len(others) > 3 else ""}'
        )
        way_out = f'For all of them: {_option(every)}; to leave them out, add --subset'
        return Fault(what, way_out, stops)
    return None


def disagreement(
    train: tuple[Use, CocoFacts], other: tuple[Use, CocoFacts]
) -> Fault | None:
    """Return that two files have other categories, or in another order."""
    mine, its = names_in_order(train[1], train[0]), names_in_order(other[1], other[0])
    if mine == its or not mine or not its:
        return None
    if sorted(mine) == sorted(its):
        place = next(i for i, name in enumerate(mine) if name != its[i])
        difference = (
            f'their order differs: category {place + 1} is {mine[place]!r} in the one, '
            f'{its[place]!r} in the other'
        )
    else:
        only = [name for name in mine if name not in its]
        more = [name for name in its if name not in mine]
        difference = ', '.join(
            f'only {use.file.name} has {shortened(names)}'
            for use, names in ((train[0], only), (other[0], more))
            if names
        )
    return Fault(
        f'the categories of train and {other[0].split} disagree '
        f'({train[0].file}, {other[0].file}): {difference}',
        'Write the same list of categories into both, in one order',
    )


def _count(names: Sequence[str]) -> str:
    return f'{len(names)} {"category" if len(names) == 1 else "categories"}'


def _option(names: Sequence[str]) -> str:
    """Return the option that sets these classes, as a shell takes it."""
    if len(names) > MAX_NAMES:
        return '--classes FILE, with one name a line'
    return f'--classes {shlex.join(names)}'
