# SPDX-License-Identifier: Apache-2.0
"""What the label maps of a run hold."""

from collections.abc import Iterable, Iterator
from typing import Any

from mmengine.config import Config

from mmmetaformer.checks.label_maps.facts import LabelCount, MapFacts
from mmmetaformer.checks.label_maps.listed_files import ListedFiles
from mmmetaformer.checks.label_maps.listing import PICTURES
from mmmetaformer.checks.label_maps.look import look_into
from mmmetaformer.checks.label_maps.map_set import MapSet, read_map_set
from mmmetaformer.checks.label_maps.meaning import Meaning, meaning_of
from mmmetaformer.host import data_sets_of, is_local, kinds_of

from .section import Bars, Section, percent

__all__ = ['map_sections']

NONE = LabelCount(0, 0, '')


def map_sections(cfg: Config, splits: Iterable[str]) -> Iterator[Section]:
    """Yield a section for each set of label maps.

    Args:
        cfg: The run's config.
        splits: Those whose folders exist.
    """
    # The same maps may stand for the same classes in several splits.
    found: dict[Any, tuple[MapSet, Meaning | None, list[str]]] = {}
    for split in splits:
        for dataset in data_sets_of(cfg, split):
            map_set = _read(dataset, cfg)
            if map_set is None or not map_set.pairs:
                continue
            meaning = meaning_of(map_set, cfg, split)
            numbers = meaning and (tuple(meaning.becomes), meaning.ignored)
            key = tuple(map_set.maps), numbers
            found.setdefault(key, (map_set, meaning, []))[2].append(split)
    for map_set, meaning, names in found.values():
        facts = look_into(map_set, everything=True)
        yield _section(map_set, facts, meaning, ' and '.join(dict.fromkeys(names)))


def _read(dataset: Any, cfg: Config) -> MapSet | None:
    scope = cfg.get('default_scope')
    if 'BaseSegDataset' not in kinds_of(dataset, scope) or not is_local(dataset):
        return None
    try:
        map_set = read_map_set(ListedFiles(dataset, scope))
    except Exception:  # any error: `label_map_faults` reports it
        return None
    if map_set is None or not map_set.host.seg_map_suffix.lower().endswith(PICTURES):
        return None
    return map_set


def _section(
    map_set: MapSet, facts: MapFacts, meaning: Meaning | None, splits: str
) -> Section:
    labels = set(facts.labels)
    if meaning is not None:
        # A class that never occurs is shown, too, by the first of its labels.
        own = [meaning.labels_of(number) for number in range(meaning.number)]
        labels |= {some[0] for some in own if some and not labels & set(some)}
    rows, counts, words, others = [], {}, {}, set()
    for label in sorted(labels):
        count = facts.labels.get(label, NONE)
        name = meaning.name(label) if meaning else 'unknown'
        share = percent(count.pixels, facts.pixels)
        cells = [str(label), name, share, f'{count.pixels:,}', f'{count.maps:,}']
        rows.append((count.pixels, cells))
        title = f'{label} {name}'
        counts[title], words[title] = count.pixels, share
        if meaning and not meaning.is_class(label):
            others.add(title)
    return Section(
        source=map_set.map_folder,
        splits=splits,
        lines=_lines(facts),
        header=['label', 'taken for', 'pixels', '', 'maps'],
        rows=rows,
        left=[0, 1],
        bars=Bars('pixels', counts, words, frozenset(others)),
    )


def _lines(facts: MapFacts) -> list[tuple[str, str]]:
    modes = [f'{count:,} of mode {mode}' for mode, count in facts.modes.items()]
    if len(modes) == 1:
        modes = [f'mode {next(iter(facts.modes))}']
    words = ', '.join(modes) or 'none can be read'
    lines = [('label maps', f'{facts.maps:,}, {words}')]
    sizes = sorted(facts.sizes, key=_area)
    if sizes:
        before, middle = 0, sizes[0]
        for size in sizes:
            before += facts.sizes[size]
            if 2 * before >= sum(facts.sizes.values()):
                middle = size
                break
        words = f'smallest {sizes[0]}, median {middle}, largest {sizes[-1]}'
        lines.append(('sizes', words))
    lines.append(('pixels', f'{facts.pixels:,}'))
    return lines


def _area(size: str) -> int:
    width, _, height = size.partition('x')
    return int(width) * int(height)
