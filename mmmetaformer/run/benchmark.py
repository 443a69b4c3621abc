# SPDX-License-Identifier: Apache-2.0
"""Benchmarking, from the parsed command line to tables and files."""

import argparse
import os
from contextlib import ExitStack

import torch
from mmengine.config import Config

from mmmetaformer import compat
from mmmetaformer.benchmark.ceilings import measure_ceilings
from mmmetaformer.benchmark.measure import Result, measure
from mmmetaformer.benchmark.plot import plot
from mmmetaformer.benchmark.remote import Remote
from mmmetaformer.benchmark.report import describe, describe_parts, write_csv
from mmmetaformer.benchmark.setting import Setting
from mmmetaformer.errors import ConfigError

from .config import load_config
from .find_config import find_config

__all__ = ['benchmark']


def benchmark(args: argparse.Namespace) -> None:
    """Measure models side by side, print tables, and write what is asked for.

    Args:
        args: The arguments of `tools/benchmark.py`.

    Raises:
        ConfigError: A name is unknown, or the machine cannot do what is asked for.
    """
    # Otherwise the profiler prints that there is no GPU.
    os.environ.setdefault('KINETO_LOG_LEVEL', '99')
    if args.device == 'cuda' and not torch.cuda.is_available():
        raise ConfigError('--device cuda: torch finds no CUDA GPU')
    modes = ('train', 'infer') if args.mode == 'both' else (args.mode,)
    dtype = getattr(torch, args.dtype)
    results: list[Result] = []
    for size in args.size:
        setting = Setting(size, args.batch, args.device, dtype)
        with ExitStack() as stack:
            probes = [
                stack.enter_context(Remote(name, setting, _load_config))
                for name in args.names
            ]
            for probe in probes:  # errors in a name come before anything is measured
                probe.start(training=False)
            ceilings = measure_ceilings(setting)
            for mode in modes:
                found = measure(
                    probes, mode, setting, ceilings, args.rounds, args.warm_up
                )
                print(describe(found, ceilings), end='\n\n', flush=True)
                if args.parts:
                    parts = [[p.parts() for p in probes] for _ in range(args.rounds)]
                    table = describe_parts(args.names, parts)
                    print(table, end='\n\n', flush=True)
                results += found
                # After each, so that a larger size that fails loses nothing.
                if args.csv:
                    write_csv(results, args.csv)
    if args.plot:
        plot(results, args.plot)


def _load_config(path: str) -> Config:
    """Read a config in the process that builds its model."""
    find_config(path, 'backbone, activation or config')
    compat.install()
    return load_config(path)
