# SPDX-License-Identifier: Apache-2.0
"""Measurements as text and as CSV."""

import csv
import platform
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from mmmetaformer.text import table

from .ceilings import Ceilings
from .measure import Result
from .setting import Setting

__all__ = ['describe', 'describe_parts', 'machine', 'write_csv']

HEADER = (
    *('', 'ms', '(quartiles)', 'images/s', 'speed-up', '(quartiles)'),
    *('saved MB', 'peak MB', '% of roofline'),
)


def machine(setting: Setting) -> str:
    """Return the name of the device."""
    if setting.device == 'cuda':
        return torch.cuda.get_device_name()
    return f'{_processor()}, {torch.get_num_threads()} threads'


def _processor() -> str:
    info = Path('/proc/cpuinfo')
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(':')[2].strip() for line in lines if 'model name' in line]
    return names[0] if names else platform.processor() or platform.machine()


def describe(results: Sequence[Result], ceilings: Ceilings) -> str:
    """Return a table of the results of one setting and kind of step."""
    first = results[0]
    setting = first.setting
    height, width = setting.size
    dtype = str(setting.dtype).removeprefix('torch.')
    step = {'train': 'Training step', 'infer': 'Inference'}[first.mode]
    lines = [
        f'{step}, {setting.batch} x {height}x{width}, {dtype}, {machine(setting)}, '
        f'torch {torch.__version__}',
        f'roofline: {ceilings.flops / 1e9:.0f} GFLOP/s, '
        f'{ceilings.bandwidth / 1e9:.1f} GB/s; {len(first.seconds)} rounds',
    ]
    return '\n'.join(lines + table([HEADER, *(_cells(r) for r in results)]))


def describe_parts(
    names: Sequence[str], rounds: Sequence[Sequence[Mapping[str, float]]]
) -> str:
    """Return a table of the time of each part of a step.

    Args:
        names: Names of the models.
        rounds: For each round and name, the seconds of each part.
    """
    medians = [
        {part: statistics.median(step[part] for step in steps) for part in steps[0]}
        for steps in zip(*rounds, strict=True)
    ]
    rows = [('median ms', *names)]
    for part in dict.fromkeys(part for own in medians for part in own):
        cells = [
            f'{1e3 * own[part]:.1f} ({own[part] / sum(own.values()):.0%})'
            if part in own
            else ''
            for own in medians
        ]
        rows.append((part, *cells))
    return '\n'.join(table(rows))


def _cells(result: Result) -> tuple[str, ...]:
    low, middle, high = (1e3 * s for s in result.quartiles)
    slow, speed_up, fast = result.speed_up
    return (
        result.name,
        f'{middle:.1f}',
        f'({low:.1f}-{high:.1f})',
        f'{result.images_per_second:.2f}',
        f'{speed_up:.2f}',
        f'({slow:.2f}-{fast:.2f})',
        f'{result.saved_bytes / 1e6:.1f}' if result.saved_bytes else '',
        f'{result.peak_bytes / 1e6:.0f}',
        '' if result.share is None else f'{result.share:.0%}',
    )


@dataclass(frozen=True)
class _Row:
    """A row of the CSV file; times in milliseconds, memory in bytes."""

    machine: str
    torch: str
    dtype: str
    batch: int
    height: int
    width: int
    mode: str
    name: str
    median_ms: float
    low_ms: float
    high_ms: float
    images_per_second: float
    speed_up: float
    low_speed_up: float
    high_speed_up: float
    saved_bytes_per_image: int
    peak_bytes: int
    bound_ms: float | None


def write_csv(results: Iterable[Result], path: str | Path) -> None:
    """Write one row per result.

    Args:
        results: Results of any number of settings.
        path: The file.
    """
    rows = [asdict(_row(result)) for result in results]
    with open(path, 'w', newline='') as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator='\n')
        writer.writeheader()
        writer.writerows(rows)


def _row(result: Result) -> _Row:
    setting = result.setting
    low, middle, high = (round(1e3 * s, 3) for s in result.quartiles)
    slow, speed_up, fast = (round(r, 4) for r in result.speed_up)
    bound = result.bound_seconds
    return _Row(
        machine(setting),
        torch.__version__,
        str(setting.dtype).removeprefix('torch.'),
        setting.batch,
        *setting.size,
        result.mode,
        result.name,
        *(middle, low, high),
        round(result.images_per_second, 4),
        *(speed_up, slow, fast),
        result.saved_bytes,
        result.peak_bytes,
        None if bound is None else round(1e3 * bound, 3),
    )
