# SPDX-License-Identifier: Apache-2.0
"""Collect the results of an evaluation over the process group.

mmengine's metrics write the results of each process to a folder `.dist_test`, and the
first process reads them there. Processes on several machines thus need a shared work
folder, and a killed evaluation leaves its files. Upstream: mmengine 0.10.7,
`collect_results_cpu` in `mmengine/dist/dist.py`. Remove this file when that sends the
results instead. mmdet's tracking metrics have a copy of it, which stays as it is.
"""

import functools
import importlib
import io
import pickle
from collections.abc import Iterator
from itertools import chain, zip_longest
from typing import Any

import torch
from mmengine.dist import broadcast, get_dist_info
from torch import Tensor

__all__ = ['gather_results', 'install']

#: Bytes of a message, and so what a GPU needs for it.
MESSAGE = 16 * 2**20


def install() -> None:
    """Replace `mmengine.dist.collect_results_cpu`. Further calls change nothing."""
    package: Any = importlib.import_module('mmengine.dist')
    module: Any = importlib.import_module('mmengine.dist.dist')
    through_folder = module.collect_results_cpu
    if hasattr(through_folder, '__wrapped__'):
        return

    @functools.wraps(through_folder)
    def collect_results_cpu(
        result_part: list, size: int, tmpdir: str | None = None
    ) -> list | None:
        if tmpdir is not None:  # `collect_dir` of a metric
            return through_folder(result_part, size, tmpdir)
        return gather_results(result_part, size)

    module.collect_results_cpu = package.collect_results_cpu = collect_results_cpu


def gather_results(part: list[Any], size: int) -> list[Any] | None:
    """Return the results of all processes in the order of the data set.

    All processes call it. Each sends its results to all others in turn: unlike sending
    to one, broadcasting works with every backend, on the connections that are there.

    Args:
        part: The results of this process, which has each n-th sample of the data set.
            Those that are None are left out.
        size: Number of samples. Samplers repeat some to give each process as many.

    Returns:
        The results in the first process, None in the others.
    """
    rank, processes = get_dist_info()
    if processes == 1:
        return part[:size]
    parts = [part]
    for source in range(1, processes):
        if rank == source:
            _send(part)
        else:
            parts.append(_receive(source, wanted=rank == 0))
    if rank != 0:
        return None
    in_order = chain.from_iterable(zip_longest(*parts))
    return [one for one in in_order if one is not None][:size]


def _send(part: list[Any]) -> None:
    rank, _ = get_dist_info()
    for packet in _packets(part):
        _agree(rank, len(packet))
        for piece in _pieces(packet):
            broadcast(piece, rank)
    _agree(rank, 0)


def _receive(source: int, wanted: bool) -> list[Any]:
    """Return the results that a process sends, none unless they are wanted."""
    results: list[Any] = []
    while length := _agree(source):
        packet = bytearray(length)
        for piece in _pieces(memoryview(packet)):
            broadcast(piece, source)
        if wanted:
            results += _unpacked(packet)
    return results


def _agree(source: int, number: int = 0) -> int:
    """Return the number that one of the processes calls this with."""
    number_of_source = torch.tensor(number)
    broadcast(number_of_source, source)
    return int(number_of_source)


def _packets(results: list[Any]) -> Iterator[memoryview]:
    """Yield pickled results, whole ones, until a message is full."""
    start, end = 0, len(results)
    while start < end:
        stream = io.BytesIO()
        pickler = _ToCPU(stream, pickle.HIGHEST_PROTOCOL)
        while start < end and stream.tell() < MESSAGE:
            pickler.dump(results[start])
            start += 1
        yield stream.getbuffer()


def _unpacked(packet: bytearray) -> Iterator[Any]:
    stream = io.BytesIO(packet)
    # One for all: later results refer to strings and the like of earlier ones.
    unpickler = pickle.Unpickler(stream)
    while stream.tell() < len(packet):
        yield unpickler.load()


def _pieces(packet: memoryview) -> Iterator[Tensor]:
    """Yield messages that share the memory of a packet."""
    for start in range(0, len(packet), MESSAGE):
        yield torch.frombuffer(packet[start : start + MESSAGE], dtype=torch.uint8)


class _ToCPU(pickle.Pickler):
    """Pickles tensors of another device as such on the CPU.

    The device of another machine may not be there, or is at work.
    """

    def reducer_override(self, obj: Any) -> Any:
        """Called by pickle for each object that is not of a built-in type."""
        if isinstance(obj, Tensor) and obj.device.type != 'cpu':
            return obj.cpu().__reduce_ex__(pickle.HIGHEST_PROTOCOL)
        return NotImplemented
