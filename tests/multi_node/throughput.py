# SPDX-License-Identifier: Apache-2.0
"""Measure the training speed of 1, 2 and 4 CPU processes, for docs/scaling.md.

Usage: python tests/multi_node/throughput.py CONFIG [ROUNDS]

Each process computes 2 synthetic images a step, in one thread. Numbers of processes
take turns; the ratios are medians over rounds.
"""

import os
import statistics
import sys
import tempfile
import time

import torch
import torch.distributed as dist
from ddp_options import build
from torch.multiprocessing import start_processes

from mmmetaformer import compat

PROCESSES = (1, 2, 4)
STEPS = 4
SIDE = 64  # pixels


def work(rank: int, config: str, folder: str, processes: int) -> None:
    """Take steps; the first process writes how many a second."""
    torch.set_num_threads(1)
    store = f'file://{folder}/store'
    dist.init_process_group('gloo', store, rank=rank, world_size=processes)
    _, step = build(config, 'views')
    step(SIDE)
    dist.barrier()
    begin = time.perf_counter()
    for _ in range(STEPS):
        step(SIDE)
    dist.barrier()
    if rank == 0:
        with open(f'{folder}/speed', 'w', encoding='ascii') as file:
            file.write(str(STEPS / (time.perf_counter() - begin)))
    dist.barrier()
    os._exit(0)  # freeing DDP may wait for a thread of gloo forever


def speed(config: str, processes: int) -> float:
    """Return the steps a second of a number of processes."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = (config, folder, processes)
        start_processes(work, arguments, processes, start_method='fork')
        with open(f'{folder}/speed', encoding='ascii') as file:
            return float(file.read())


def main() -> None:
    """Measure, and print a line for each number of processes."""
    compat.install()
    config, rounds = sys.argv[1], int((sys.argv[2:] or ['5'])[0])
    speeds = [{n: speed(config, n) for n in PROCESSES} for _ in range(rounds)]
    for n in PROCESSES:
        ratios = [n * one[n] / one[1] for one in speeds]
        steps = statistics.median(one[n] for one in speeds)
        print(
            f'processes: {n}, {steps:.3f} steps a second, images a second relative to '
            f'one process: {statistics.median(ratios):.2f} '
            f'({min(ratios):.2f}-{max(ratios):.2f})'
        )


if __name__ == '__main__':
    main()
