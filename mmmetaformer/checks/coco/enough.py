# SPDX-License-Identifier: Apache-2.0
"""Whether mmdet's filters leave enough of a file."""

from collections.abc import Iterator

from mmmetaformer.checks.fault import Fault
from mmmetaformer.text import shortened

from .facts import CocoFacts, Left
from .uses import Use

__all__ = ['check_enough', 'check_image_sizes']

INTENDED = 'marked "ignore"'


def check_enough(facts: CocoFacts, use: Use, left: Left) -> Iterator[Fault]:
    """Yield what is wrong with what is left of a file for a data set.

    Args:
        facts: About the file.
        use: The data set or the evaluator.
        left: What is left for it.
    """
    if use.trains:
        yield from _check_training(facts, use, left)
    elif use.scores:
        scored = left.objects + sum(left.dropped.values())
        if not scored:
            yield Fault(
                f'{use.file}: 0 of {facts.annotations or 0} annotations are scored, '
                f'{left.crowds} are crowds; {use.split} would report -1 for every '
                'metric',
                'Add annotations; to predict without scores set format_only=True in '
                f'{use.split}_evaluator',
            )
        elif facts.id_zero and use.by_metric:
            yield Fault(
                f'{use.file}: annotation 0 never counts as found, because pycocotools '
                'takes the id 0 for "none"',
                'Number the annotations 1, 2, 3, ...',
                stops=False,
            )


def check_image_sizes(facts: CocoFacts, use: Use, left: Left) -> Iterator[Fault]:
    """Yield that most images are too small to be trained on.

    Other faults of the file may follow from it.
    """
    if 2 * left.too_small > facts.images:
        way_out = 'Lower filter_cfg.min_size of the training data, or use larger images'
        what = f'{use.file}: {_filters(facts, use, left)}'
        yield Fault(what, way_out, stops=not left.images)


def _check_training(facts: CocoFacts, use: Use, left: Left) -> Iterator[Fault]:
    if not left.images:
        if 2 * left.too_small <= facts.images:
            what = f'{use.file}: {_filters(facts, use, left)}'
            yield Fault(what, 'Add annotations of the classes')
        return
    dropped = [f'{count} {reason}' for reason, count in left.dropped.items()]
    reasons = [f'{left.crowds} are crowds', *dropped]
    if not left.objects:
        total = left.crowds + sum(left.dropped.values())
        yield Fault(
            f'{use.file}: 0 of {total} annotations of the classes are trained on: '
            f'{", ".join(reasons)}',
            _way_out(left),
        )
        return
    lost = sum(n for reason, n in left.dropped.items() if reason != INTENDED)
    if lost:
        rule = lost > left.objects
        yield Fault(
            f'{use.file}: {lost} of {left.objects + lost} objects are left out of '
            f'training: {", ".join(dropped)}',
            _way_out(left) if rule else '',
            stops=rule,
        )
    chosen = [n for n in facts.categories if n in (use.classes or facts.categories)]
    never = [n for n, k in zip(chosen, left.per_class, strict=True) if not k]
    if never:
        what = f'{use.file} has no object of {len(never)} of {len(chosen)} classes'
        yield Fault(f'{what}: {shortened(never)}', stops=False)


def _filters(facts: CocoFacts, use: Use, left: Left) -> str:
    return (
        f'{left.images} of {facts.images} images are left: {left.too_small} smaller '
        f'than min_size={use.selection.min_size:g}, {left.without_objects} without '
        'objects of the classes'
    )


def _way_out(left: Left) -> str:
    if left.dropped.get('of an area of 0'):
        return 'Leave out an unknown area: it is computed then'
    if left.crowds and not left.dropped:
        return 'Set iscrowd to 0 where the box is a single object'
    return 'bbox is [x, y, width, height] in pixels'
