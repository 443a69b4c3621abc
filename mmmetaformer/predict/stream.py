# SPDX-License-Identifier: Apache-2.0
"""Predicting on many images: loading and writing run beside the model."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, TypeVar

from mmmetaformer.errors import ConfigError
from mmmetaformer.tracebacks import words_of

from .ahead import ahead
from .items import Item
from .predictor import Loaded, Predictor, Tiles
from .result import Result

__all__ = ['Failure', 'stream']

#: Pixels of images that are loaded and not yet written. More are not loaded ahead, and
#: a single image of more is alone.
IN_FLIGHT = 32 * 10**6

Written = TypeVar('Written', bound=dict[str, Any])


@dataclass(frozen=True)
class Failure:
    """Why there is no prediction for an image.

    Attributes:
        words: For a person.
    """

    words: str


def stream(
    predictor: Predictor,
    items: Iterable[Item],
    write: Callable[[Item, Result], Written],
    *,
    score: float,
    batch_size: int,
    tiles: Tiles | None,
    threads: int,
) -> Iterator[tuple[Item, Written | Failure]]:
    """Yield what became of each image, in order.

    OpenCV and torch let other threads run while they work, so threads suffice.

    Args:
        predictor: The model.
        items: The images.
        write: Called in another thread, for a video's frames in order and one by one.
        score: Less sure objects are left out.
        batch_size: Images that the model takes at once.
        tiles: How large images are cut.
        threads: That load, and as many that write.

    Yields:
        The image, and what `write` returned, or why there is nothing.
    """
    waiting: deque[tuple[Item, Future[Loaded]]] = deque()
    writing: deque[tuple[Item, Future[Written] | Failure]] = deque()
    with (
        ThreadPoolExecutor(threads) as loaders,
        ThreadPoolExecutor(threads) as writers,
        ThreadPoolExecutor(1) as in_order,
        # Frames of videos are decoded as they are taken.
        closing(ahead(items, batch_size)) as source,
    ):
        pending = next(source, None)
        while pending is not None or waiting or writing:
            flying = sum(item.pixels for item, _ in (*waiting, *writing))
            while pending is not None and (
                not flying
                or (
                    flying + pending.pixels <= IN_FLIGHT
                    and len(waiting) < 2 * (batch_size + threads)
                )
            ):
                flying += pending.pixels
                waiting.append(
                    (pending, loaders.submit(_load, predictor, pending, tiles))
                )
                pending = next(source, None)
            batch = [waiting.popleft() for _ in range(min(batch_size, len(waiting)))]
            for item, result in _predicted(predictor, batch, score, tiles):
                if isinstance(result, Failure):
                    writing.append((item, result))
                    continue
                pool = writers if item.frame is None else in_order
                writing.append((item, pool.submit(write, item, result)))
            while writing and (_is_done(writing[0][1]) or not batch):
                item, written = writing.popleft()
                yield item, _answer(written)


def _load(predictor: Predictor, item: Item, tiles: Tiles | None) -> Loaded:
    if item.error:
        raise ConfigError(item.error)
    if item.image is not None:
        return predictor.prepare(item.image, item.file, tiles)
    return predictor.load(item.file, tiles)


def _predicted(
    predictor: Predictor,
    batch: list[tuple[Item, 'Future[Loaded]']],
    score: float,
    tiles: Tiles | None,
) -> list[tuple[Item, Result | Failure]]:
    results: dict[int, Result | Failure] = {}
    loaded: dict[int, Loaded] = {}
    for place, (_, future) in enumerate(batch):
        # A file of a user may be anything, and must not end the others.
        try:
            loaded[place] = future.result()
        except Exception as error:
            results[place] = _failure(error)
    try:
        found = predictor.predict(list(loaded.values()), score, tiles)
        results.update(zip(loaded, found, strict=True))
    except Exception:
        for place, one in loaded.items():
            try:
                results[place] = predictor.predict([one], score, tiles)[0]
            except Exception as error:
                results[place] = _failure(error)
    return [(item, results[place]) for place, (item, _) in enumerate(batch)]


def _is_done(written: 'Future[Written] | Failure') -> bool:
    return isinstance(written, Failure) or written.done()


def _answer(written: 'Future[Written] | Failure') -> 'Written | Failure':
    if isinstance(written, Failure):
        return written
    try:
        return written.result()
    except Exception as error:
        return _failure(error)


def _failure(error: Exception) -> Failure:
    return Failure(str(error) if isinstance(error, ConfigError) else words_of(error))
