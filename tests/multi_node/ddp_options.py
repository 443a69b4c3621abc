# SPDX-License-Identifier: Apache-2.0
"""Measure DDP's options on this machine's CPU cores, for docs/scaling.md.

Usage: python tests/multi_node/ddp_options.py CONFIG [--processes N] [--side PIXELS]
           [--rounds N] [--memory OPTION]

Prints for each option the time of a step, relative to DDP without options in the same
round (median and quartiles over rounds), and how many parameter values differ from its
after STEPS steps. With --memory, only the peak memory of the first process with one
option. OPTIONS has the names; 'alone' is a model that does not communicate.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
from mmengine.config import Config
from mmengine.model import MMDistributedDataParallel
from mmengine.registry import MODELS, init_default_scope
from mmengine.structures import PixelData
from torch.distributed.algorithms.ddp_comm_hooks.default_hooks import bf16_compress_hook
from torch.multiprocessing import start_processes

from mmmetaformer import compat
from mmmetaformer.host import dicts_in

OPTIONS = {
    'plain': {},
    'views': dict(gradient_as_bucket_view=True),
    'static graph': dict(static_graph=True),
    'bf16 hook': {},
    'alone': {},
}
STEPS = 3  # of each round


def build(config: str, option: str) -> tuple[Any, Callable[[int], None]]:
    """Return a segmentor with an option of DDP, and a function that takes a step."""
    from mmseg.structures import SegDataSample

    cfg = Config.fromfile(config)
    init_default_scope(cfg.default_scope)
    cfg.model.backbone.init_cfg = None
    for node in dicts_in(cfg.model):
        if node.get('type') == 'SyncBN':
            node['type'] = 'BN'
    torch.manual_seed(0)
    module = MODELS.build(cfg.model)
    # Their draws would differ.
    for layer in module.modules():
        if 'drop' in type(layer).__name__.lower():
            layer.eval()
    model = MMDistributedDataParallel(
        module=module, broadcast_buffers=False, **OPTIONS[option]
    )
    if option == 'bf16 hook':
        model.register_comm_hook(None, bf16_compress_hook)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)

    def step(side: int) -> None:
        sample = SegDataSample(metainfo=dict(img_shape=(side, side)))
        sample.gt_sem_seg = PixelData(data=torch.randint(150, (1, side, side)))
        inputs = torch.randn(2, 3, side, side)
        if option == 'alone':
            with model.no_sync():
                losses = model(inputs, [sample, sample], mode='loss')
                module.parse_losses(losses)[0].backward()
        else:
            losses = model(inputs, [sample, sample], mode='loss')
            module.parse_losses(losses)[0].backward()
        optimizer.step()
        optimizer.zero_grad()

    return module, step


def measure(rank: int, args: argparse.Namespace, folder: str) -> None:
    """Measure in one of the processes; the first one prints."""
    store = f'file://{folder}/store'
    dist.init_process_group('gloo', store, rank=rank, world_size=args.processes)
    names = [args.memory] if args.memory else list(OPTIONS)
    models = {name: build(args.config, name) for name in names}
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for number in range(args.rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            torch.manual_seed(1000 * number + rank)
            dist.barrier()
            begin = time.perf_counter()
            for _ in range(STEPS):
                models[name][1](args.side)
            seconds[name].append((time.perf_counter() - begin) / STEPS)
    if rank == 0:
        report({name: models[name][0] for name in names}, seconds)
    dist.barrier()
    os._exit(0)  # freeing DDP may wait for a thread of gloo forever


def report(modules: dict[str, Any], seconds: dict[str, list[float]]) -> None:
    """Print a line for each option; the first round warms up."""
    if len(modules) == 1:
        with open('/proc/self/status', encoding='ascii') as file:
            peak = next(line for line in file if line.startswith('VmHWM'))
        (name,) = modules
        print(f'{name}: peak {int(peak.split()[1]) / 1024:.0f} MiB', flush=True)
        return
    plain = dict(modules['plain'].named_parameters())
    for name, module in modules.items():
        pairs = zip(seconds[name][1:], seconds['plain'][1:], strict=True)
        low, middle, high = statistics.quantiles([a / b for a, b in pairs], n=4)
        time_of_step = statistics.median(seconds[name][1:])
        values = [(p != plain[key]).sum() for key, p in module.named_parameters()]
        print(
            f'{name:13s} {time_of_step:.3f} s a step, {middle:.3f} of plain '
            f'({low:.3f}-{high:.3f}), {int(sum(values))} values differ',
            flush=True,
        )


def main() -> None:
    """Read the command line and start the processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config')
    parser.add_argument('--processes', type=int, default=2)
    parser.add_argument('--side', type=int, default=128)
    parser.add_argument('--rounds', type=int, default=8)
    parser.add_argument('--memory', choices=OPTIONS)
    args = parser.parse_args()
    compat.install()
    with tempfile.TemporaryDirectory() as folder:
        start_processes(measure, (args, folder), args.processes, start_method='fork')


if __name__ == '__main__':
    main()
