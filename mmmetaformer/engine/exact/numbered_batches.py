# SPDX-License-Identifier: Apache-2.0
"""A batch sampler that can start anywhere, and whose batches seed their images."""

from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import count, islice
from typing import Any

from mmengine.dataset import DefaultSampler, InfiniteSampler
from mmengine.dist import get_dist_info
from torch.utils.data import BatchSampler, DataLoader

from mmmetaformer.errors import ConfigError

from .draws import Draws
from .seed import Purpose, Stream

__all__ = ['NumberedBatches', 'number_batches']

# They draw from a generator of their own.
INDEPENDENT = (DefaultSampler, InfiniteSampler)


class NumberedBatches:
    """A batch sampler that can start anywhere, around the one of a data loader.

    It draws the same batches, and has the attributes of that one.

    Args:
        batches: The batch sampler.
        seed: The run's seed, the same in all processes.
        purpose: What the images are for.
        endless: Whether to begin another epoch at the end of one.
    """

    def __init__(
        self, batches: Any, seed: int, purpose: Purpose, endless: bool = False
    ) -> None:
        self._batches = batches
        self._seed = seed
        self._purpose = purpose
        self._endless = endless
        self._epoch = self._first = 0

    def start(self, epoch: int, first: int = 0) -> None:
        """Set where the next iteration starts.

        Args:
            epoch: Its number; 0 if it is endless.
            first: How many batches to leave out.
        """
        self._epoch, self._first = epoch, first

    @property
    def images_per_batch(self) -> int:
        """The batch size of a process."""
        size = self._batches.batch_size
        # One for each source in mmdet's MultiDataAspectRatioBatchSampler.
        return size if isinstance(size, int) else sum(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batches, name)

    def __len__(self) -> int:
        return len(self._batches)

    def __iter__(self) -> Iterator[Draws]:
        place = (self._seed, self._purpose, self._epoch)
        stream = Stream(self._seed, Purpose.SAMPLER, self._epoch)
        rank, processes = get_dist_info()
        size = self.images_per_batch
        source = self._source()
        with self._with(stream):
            # Indices only: no image is loaded.
            deque(islice(source, self._first), maxlen=0)
        for number in count(self._first):
            with self._with(stream):
                batch = next(source, None)
            if batch is None:
                return
            first = number * size * processes + rank
            numbers = range(first, first + len(batch) * processes, processes)
            yield Draws(list(batch), place, numbers)

    def _source(self) -> Iterator[Any]:
        """Yield the batches from the start of the epoch on."""
        for epoch in count(self._epoch):
            if self._purpose is Purpose.TRAIN_IMAGE:
                set_epoch = getattr(self._batches.sampler, 'set_epoch', None)
                if set_epoch is not None:
                    set_epoch(epoch)
            number = -1
            for number, batch in enumerate(self._batches):  # noqa: B007
                yield batch
            if not self._endless:
                return
            if number < 0:
                raise ConfigError(
                    'train_dataloader has no batch: its data set has '
                    f'{len(self._batches.sampler)} images for each process, '
                    f'batch_size is {self.images_per_batch}'
                )

    def _with(self, stream: Stream) -> AbstractContextManager[None]:
        batches = self._batches
        own = type(batches) is BatchSampler and type(batches.sampler) in INDEPENDENT
        return nullcontext() if own else stream.used()


def number_batches(
    loader: DataLoader, seed: int, purpose: Purpose, endless: bool = False
) -> NumberedBatches:
    """Let a data loader seed each image it loads; return its batch sampler.

    Args:
        loader: A data loader with a batch sampler, which is replaced. Further calls
            change nothing.
        seed: The run's seed, the same in all processes.
        purpose: What the images are for.
        endless: Whether to begin another epoch at the end of one.
    """
    batches: Any = loader.batch_sampler
    if not isinstance(batches, NumberedBatches):
        batches = NumberedBatches(batches, seed, purpose, endless)
        # torch refuses `loader.batch_sampler = ...`. A new loader would not do: hooks
        # of mmdet change the one that mmengine built.
        vars(loader)['batch_sampler'] = batches
    return batches
