# SPDX-License-Identifier: Apache-2.0
"""Batches of a data loader before training, without its workers and its state."""

import contextlib
import copy
from collections.abc import Iterator, Sequence
from typing import Any

from mmengine.dataset import DefaultSampler, InfiniteSampler
from mmengine.dist import get_dist_info
from torch.utils.data import DataLoader

from mmmetaformer.text import shortened

__all__ = ['first_entries', 'load_batch', 'names_of', 'some_entries']


def first_entries(loader: DataLoader) -> list[Any]:
    """Return what this process's first batch consists of, as the sampler says.

    For validation only: a sampler for training may have a state.
    """
    # Not asked of an empty data set: mmengine's sampler divides by its length.
    if loader.batch_sampler is None or not len(loader.dataset):  # type: ignore[arg-type]
        return []
    return list(next(iter(loader.batch_sampler), []))


def some_entries(loader: DataLoader, most: int) -> list[int]:
    """Return some indices of the data set, other ones in each process.

    Args:
        loader: A data loader for training.
        most: How many indices; fewer if the batch is smaller.

    Returns:
        No indices if the sampler might not return indices.
    """
    if type(loader.sampler) not in (DefaultSampler, InfiniteSampler):
        return []
    rank, processes = get_dist_info()
    size = min(most, loader.batch_size or most)
    return list(range(len(loader.dataset)))[rank::processes][:size]  # type: ignore[arg-type]


def load_batch(loader: DataLoader, entries: Sequence[Any]) -> Any:
    """Return a batch of these entries, loaded in this process."""
    with _own_pipelines(loader.dataset):
        return loader.collate_fn([loader.dataset[i] for i in entries])


def names_of(loader: DataLoader, entries: Sequence[Any]) -> str:
    """Return the files of these entries, or their numbers if the data set has none."""
    dataset: Any = loader.dataset
    numbers = all(isinstance(i, int) for i in entries)
    infos: list[Any] = [{}] * len(entries)
    if numbers and hasattr(dataset, 'get_data_info'):
        infos = [dataset.get_data_info(i) for i in entries]
    return shortened(
        info.get('img_path', f'entry {number}')
        for info, number in zip(infos, entries, strict=True)
    )


@contextlib.contextmanager
def _own_pipelines(dataset: Any) -> Iterator[None]:
    """Replace the transforms by copies for a while.

    Some have a state: a mosaic remembers images of earlier calls.
    """
    owners = list(_with_pipelines(dataset))
    before = [vars(owner)['pipeline'] for owner in owners]
    for owner in owners:
        owner.pipeline = copy.deepcopy(owner.pipeline)
    try:
        yield
    finally:
        for owner, pipeline in zip(owners, before, strict=True):
            owner.pipeline = pipeline


def _with_pipelines(dataset: Any) -> Iterator[Any]:
    # Not getattr: mmengine's slice of a data set has all attributes of that one.
    own = vars(dataset)
    if 'pipeline' in own:
        yield dataset
    for key in ('dataset', '_dataset'):
        if key in own:
            yield from _with_pipelines(own[key])
    for inner in own.get('datasets', ()):
        yield from _with_pipelines(inner)
