# SPDX-License-Identifier: Apache-2.0
"""Reading label maps: the header of each, the pixels of all or of a sample."""

import os
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

from mmmetaformer.checks.images.header import Header, HeaderError, read_header
from mmmetaformer.checks.progress import with_bar
from mmmetaformer.checks.remembered import remembered

from .facts import LabelCount, MapFacts, Trouble
from .header_troubles import map_troubles, size_troubles
from .loader import LABELS, MapLoader
from .map_set import MapSet

__all__ = ['SAMPLE_PIXELS', 'look_into']

#: Pixels of a sample: about 600 maps of ADE20K, a second of one core.
SAMPLE_PIXELS = 200_000_000
MAX_THREADS = 8


def look_into(map_set: MapSet, everything: bool = False) -> MapFacts:
    """Return what the label maps of a data set consist of.

    Remembered until a file changes. A progress bar appears when it takes longer.

    Args:
        map_set: The data set. Pairs with a missing file are left out.
        everything: Read the pixels of all maps, however many there are. Otherwise, a
            sample that has `SAMPLE_PIXELS`, the same one in each run.
    """
    question = (
        f'label maps {everything or SAMPLE_PIXELS} {map_set.loader} '
        f'{map_set.image_loader}'
    )
    files = [file for pair in map_set.pairs for file in pair]
    return remembered(question, files, MapFacts, lambda: _look(map_set, everything))


def _look(map_set: MapSet, everything: bool) -> MapFacts:
    pairs = map_set.pairs
    facts = MapFacts(maps=len(pairs))
    headers: dict[str, Header] = {}
    with _pool() as pool:
        read = pool.map(_header_of, (file for _, file in pairs))
        for (_, file), header in with_bar(
            zip(pairs, read, strict=True), 'headers of label maps', len(pairs)
        ):
            if isinstance(header, Trouble):
                facts.troubles.append(header)
                continue
            headers[file] = header
            _count(facts.modes, header.mode)
            _count(facts.sizes, '{}x{}'.format(*header.size))
            facts.troubles += map_troubles(file, header)
    spoilt = {trouble.file for trouble in facts.troubles}
    sound = [file for file in headers if file not in spoilt]
    files = sound if everything else _sample(sound, headers)
    loader = MapLoader(map_set)
    with _pool() as pool:
        # Decoding runs while this thread reads the headers of the images.
        results = pool.map(lambda file: _look_at(file, headers[file], loader), files)
        troubles: list[Trouble] = []
        for image, file in with_bar(pairs, 'headers of images', len(pairs)):
            if file not in headers:
                continue
            try:
                other = map_set.files.header(image)
            except HeaderError:  # the checks of images report it
                continue
            troubles += size_troubles(
                image, other, file, headers[file], map_set.image_loader
            )
        counted = zip(files, results, strict=True)
        for file, result in with_bar(counted, 'label maps', len(files)):
            _add(facts, file, result)
    facts.troubles += troubles
    # Nothing is left to read in a file that is wrong as a whole.
    facts.looked_at += len(pairs) - len(sound)
    return facts


def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(MAX_THREADS, os.cpu_count() or 1))


def _header_of(file: str) -> Header | Trouble:
    try:
        return read_header(file)
    except HeaderError as error:
        return _unreadable(file, error.reason)


def _sample(files: Sequence[str], headers: dict[str, Header]) -> list[str]:
    """Return files with `SAMPLE_PIXELS` in total, at least one, spread evenly."""
    order = list(files)
    random.Random(0).shuffle(order)
    chosen: set[str] = set()
    pixels = 0
    for file in order:
        width, height = headers[file].size
        pixels += width * height
        if pixels > SAMPLE_PIXELS and chosen:
            break
        chosen.add(file)
    return [file for file in files if file in chosen]


def _look_at(file: str, header: Header, loader: MapLoader) -> list[int] | Trouble:
    """Return the number of pixels of each label in a map, or what is wrong with it."""
    try:
        labels = loader.load(file)
        exact = None
        if header.bits > 8:
            with Image.open(file) as image:
                exact = np.asarray(image)
    except Exception as error:  # decoders raise many kinds on broken files
        return _unreadable(file, str(error) or type(error).__name__)
    if labels.ndim != 2:
        return Trouble('channels', file, f'is loaded with {labels.shape[-1]} channels')
    if exact is not None and not np.array_equal(exact, labels):
        return Trouble(
            'wide',
            file,
            f'has {header.bits}-bit values from {exact.min()} to {exact.max()}',
        )
    # Ten times as fast as numpy.bincount, which casts to 64 bits.
    return Image.fromarray(np.ascontiguousarray(labels)).histogram()[:LABELS]


def _unreadable(file: str, reason: str) -> Trouble:
    return Trouble('unreadable', file, f'cannot be read: {reason}')


def _add(facts: MapFacts, file: str, result: list[int] | Trouble) -> None:
    facts.looked_at += 1
    if isinstance(result, Trouble):
        facts.troubles.append(result)
        return
    for label, pixels in enumerate(result):
        if not pixels:
            continue
        count = facts.labels.setdefault(label, LabelCount(0, 0, file))
        count.pixels += pixels
        count.maps += 1


def _count(counts: dict[str, int], key: str) -> None:
    counts[key] = counts.get(key, 0) + 1
