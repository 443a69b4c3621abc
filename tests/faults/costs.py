# SPDX-License-Identifier: Apache-2.0
"""Measure what the guards of training cost, for docs/reliability.md.

Usage: python tests/faults/costs.py CONFIG [STEPS]

Two runs on sample data, one as `tools/train.py` starts it and one as mmengine's runner
alone would, each in a process of its own. They take their steps in turn. Prints the
median of a step of both and of the ratios of neighbours, with quartiles, and the time
from the start to the first step.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mmengine.hooks import Hook
from mmengine.registry import HOOKS

BEGIN = time.perf_counter()
WARM_UP = 3  # steps that are not counted
KINDS = ('mmengine alone', 'tools/train.py')
START = 'import sys, costs; costs.train(sys.argv[1], sys.argv[2:])'
CONFIG = """
_base_ = {config!r}
custom_imports = dict(imports=['costs'])
custom_hooks = [dict(type='TurnHook', own={own!r}, other={other!r}, times={times!r})]
"""


@HOOKS.register_module()
class TurnHook(Hook):
    """Passes the turn to the other process after each step, and waits for its own."""

    def __init__(self, own: str, other: str, times: str) -> None:
        # Opened for both, neither waits for the other.
        self._own, self._other = (os.open(p, os.O_RDWR) for p in (own, other))
        self._file = times
        self._times: list[float] = []
        self._left = 0.0

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        """Between two calls is one whole step, with the loading of its images."""
        now = time.perf_counter()
        if self._left:
            self._times.append(now - self._left)
            os.write(self._other, b'.')
        else:
            self._times.append(now - BEGIN)
        os.read(self._own, 1)
        self._left = time.perf_counter()

    def after_train(self, runner):
        """Let the other one finish."""
        os.write(self._other, b'.')
        Path(self._file).write_text('\n'.join(map(str, self._times)))


def train(kind: str, words: list[str]) -> None:
    """Train in this process, with or without the guards."""
    import argparse

    from mmmetaformer.commands import train as command

    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    args = parser.parse_args(words)
    if kind == KINDS[1]:
        command.run(args)
        return
    from mmengine.runner import Runner

    from mmmetaformer import compat
    from mmmetaformer.engine.precision import without_amp
    from mmmetaformer.run.config import read_run_config

    compat.install()
    cfg = read_run_config(args)
    # mmengine's runner refuses the recipe's bfloat16 on a CPU.
    cfg.optim_wrapper = without_amp(cfg.optim_wrapper)
    compat.prepare_cpu_launch(cfg)
    Runner.from_cfg(cfg).train()


def measure(config: Path, steps: int) -> None:
    """Train both and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pipes = [str(folder / f'turn{i}') for i in (0, 1)]
        for pipe in pipes:
            os.mkfifo(pipe)
        first = os.open(pipes[0], os.O_RDWR)
        os.write(first, b'.')
        started = []
        for i, kind in enumerate(KINDS):
            path = folder / f'run{i}.py'
            path.write_text(
                CONFIG.format(
                    config=str(config.resolve()),
                    own=pipes[i],
                    other=pipes[1 - i],
                    times=str(folder / f'times{i}'),
                )
            )
            words = [
                *(str(path), '--sample-data', str(folder / f'data{i}')),
                *('--work-dir', str(folder / f'work{i}'), '--no-rehearsal'),
                *('--cfg-options', f'train_cfg.max_iters={steps}'),
                *(f'train_cfg.val_interval={steps}',),
                f'default_hooks.checkpoint.interval={steps}',
            ]
            started.append(
                subprocess.Popen(
                    [sys.executable, '-c', START, kind, *words],
                    stdout=subprocess.DEVNULL,
                    env={**os.environ, 'PYTHONPATH': _path()},
                )
            )
        if any(one.wait() for one in started):
            sys.exit('a run has failed')
        times = [
            [float(word) for word in (folder / f'times{i}').read_text().split()]
            for i in (0, 1)
        ]
    for kind, values in zip(KINDS, times, strict=True):
        step = statistics.median(values[1 + WARM_UP :])
        print(
            f'{kind}: {values[0]:.1f} s to the first step, {step * 1e3:.1f} ms a step'
        )
    bare, guarded = (values[1 + WARM_UP :] for values in times)
    ratios = [two / one for one, two in zip(bare, guarded, strict=True)]
    low, median, high = statistics.quantiles(ratios, n=4)
    print(f'ratio of a step: {median:.3f} ({low:.3f} to {high:.3f})')


def _path() -> str:
    here = Path(__file__).resolve().parent
    return os.pathsep.join([str(here), str(here.parents[1])])


if __name__ == '__main__':
    measure(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 40)
