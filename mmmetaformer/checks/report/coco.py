# SPDX-License-Identifier: Apache-2.0
"""What the annotation files of a run hold."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mmengine.config import Config

from mmmetaformer.checks.coco.check import coco_facts
from mmmetaformer.checks.coco.facts import CocoFacts, Left, Question, Selection
from mmmetaformer.checks.coco.uses import Use, uses_of

from .section import Bars, Section, percent

__all__ = ['coco_sections']


def coco_sections(cfg: Config, splits: Iterable[str]) -> Iterator[Section]:
    """Yield a section for each file in COCO's format that a split uses.

    Args:
        cfg: The run's config.
        splits: Those whose files exist.
    """
    by_file: dict[Path, list[Use]] = {}
    for use in uses_of(cfg, splits):
        by_file.setdefault(use.file.resolve(), []).append(use)
    answers = coco_facts(use for uses in by_file.values() for use in uses)
    for path, uses in by_file.items():
        question, facts = answers[path]
        if not facts.unreadable:
            yield _section(question, facts, uses)


def _section(question: Question, facts: CocoFacts, uses: Sequence[Use]) -> Section:
    splits_of: dict[Selection, dict[str, None]] = {}
    trains = {use.selection for use in uses if use.trains}
    for use in uses:
        splits_of.setdefault(use.selection, {})[use.split] = None
    names = {one: ' and '.join(splits) for one, splits in splits_of.items()}
    left_of = dict(zip(question.selections, facts.left, strict=True))
    lines = _lines(facts)
    columns = []
    for selection, name in names.items():
        left = left_of[selection]
        verb = 'trained on' if selection in trains else 'scored'
        lines += [
            (name, _images_left(left, selection)),
            ('', _objects_left(left, verb)),
        ]
        columns.append(_per_category(facts, selection, left))
    rows = [
        (count, [name, f'{count:,}', *(column[row] for column in columns)])
        for row, (name, count) in enumerate(
            zip(facts.categories, facts.counts, strict=True)
        )
    ]
    return Section(
        source=str(uses[0].file),
        splits=' and '.join(dict.fromkeys(use.split for use in uses)),
        lines=lines,
        header=['category', 'annotations', *names.values()],
        rows=rows,
        left=[0],
        bars=_bars(facts, next(iter(splits_of)).classes),
    )


def _bars(facts: CocoFacts, classes: Sequence[str] | None) -> Bars:
    counts = dict(zip(facts.categories, facts.counts, strict=True))
    return Bars(
        'annotations',
        counts,
        {name: f'{count:,}' for name, count in counts.items()},
        frozenset() if classes is None else frozenset(counts).difference(classes),
        facts.side_counts,
    )


def _lines(facts: CocoFacts) -> list[tuple[str, str]]:
    sizes = [f'{width}x{height}' for width, height in facts.image_sizes]
    of_images = ', smallest {}, median {}, largest {}'.format(*sizes) if sizes else ''
    boxes = sum(facts.sizes)
    shares = [
        f'{count:,} {word} ({percent(count, boxes)})'
        for word, count in zip(('small', 'medium', 'large'), facts.sizes, strict=True)
    ]
    low, middle, high = facts.sides
    return [
        ('images', f'{facts.images:,}{of_images}'),
        (
            'annotations',
            f'{facts.annotations or 0:,}, of which {facts.crowds:,} are crowds',
        ),
        ('boxes', f'{", ".join(shares)}; limits 32x32 and 96x96 pixels'),
        (
            '',
            f'square root of the area: smallest {low:.3g}, median {middle:.3g}, '
            f'largest {high:.4g} pixels',
        ),
    ]


def _images_left(left: Left, selection: Selection) -> str:
    reasons = []
    if selection.min_size:
        reasons.append(
            f'{left.too_small:,} smaller than min_size={selection.min_size:g}'
        )
    if selection.filter_empty:
        reasons.append(f'{left.without_objects:,} without objects of the classes')
    out = f'; left out: {", ".join(reasons)}' if reasons else '; none is left out'
    return f'{left.images:,} images{out}'


def _objects_left(left: Left, verb: str) -> str:
    out = [f'{left.crowds:,} crowds']
    out += [f'{count:,} {reason}' for reason, count in left.dropped.items()]
    return f'{left.objects:,} objects {verb}; left out: {", ".join(out)}'


def _per_category(facts: CocoFacts, selection: Selection, left: Left) -> list[str]:
    """Return the number of objects used of each category; '-' for no class."""
    counts = iter(left.per_class)
    return [
        f'{next(counts):,}'
        if selection.classes is None or name in selection.classes
        else '-'
        for name in facts.categories
    ]
