# SPDX-License-Identifier: Apache-2.0
"""Plotting measurements."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .measure import Result

__all__ = ['plot']


def plot(results: Sequence[Result], path: str | Path) -> None:
    """Plot the time and memory of each workload.

    One image size gives bars, several sizes give lines over the size.

    Args:
        results: Results of one or several settings, training, inference or both.
        path: The picture, .png or .svg.
    """
    # Imported here because it takes a second and nothing else needs it.
    from matplotlib.figure import Figure

    modes = sorted({result.mode for result in results}, reverse=True)  # train first
    sizes = {result.setting.size for result in results}
    names = list(dict.fromkeys(result.name for result in results))
    height = 3.4 if len(sizes) > 1 else 1.2 + 0.3 * len(names)
    figure = Figure(figsize=(9, height * len(modes)), layout='constrained')
    rows = figure.subplots(len(modes), 2, squeeze=False)
    draw = _lines if len(sizes) > 1 else _bars
    for (time, memory), mode in zip(rows, modes, strict=True):
        of_mode = [result for result in results if result.mode == mode]
        step = {'train': 'training step', 'infer': 'inference'}[mode]
        draw(time, of_mode, names, [_milliseconds(r) for r in of_mode])
        time.set_title(f'{step}: ms per image', fontsize=10)
        draw(memory, of_mode, names, [r.peak_bytes / 1e6 for r in of_mode])
        memory.set_title(f'{step}: peak MB', fontsize=10)
    if len(sizes) > 1:
        rows[0][0].legend(fontsize=8)
    figure.savefig(path, dpi=120)


def _milliseconds(result: Result) -> float:
    return 1e3 / result.images_per_second


def _three_digits(value: float) -> str:
    """Format with at least three significant digits, never as 1.2e+03."""
    return f'{value:.0f}' if value >= 100 else f'{value:.3g}'


def _bars(
    axes: Any, results: Sequence[Result], names: list[str], values: list[float]
) -> None:
    places = [len(names) - names.index(result.name) for result in results]
    bars = axes.barh(places, values, color=[f'C{names.index(r.name)}' for r in results])
    labels = [_three_digits(value) for value in values]
    axes.bar_label(bars, labels, padding=3, fontsize=8)
    axes.set_yticks(places, [result.name for result in results], fontsize=8)
    axes.margins(x=0.15)
    axes.spines[['top', 'right']].set_visible(False)


def _lines(
    axes: Any, results: Sequence[Result], names: list[str], values: list[float]
) -> None:
    from matplotlib.ticker import LogFormatter

    for name in names:
        own = [(r, v) for r, v in zip(results, values, strict=True) if r.name == name]
        sides = [_side(r) for r, _ in own]
        axes.plot(sides, [v for _, v in own], marker='o', markersize=3, label=name)
    sides = sorted({_side(result) for result in results})
    axes.set_xscale('log', base=2)
    axes.set_yscale('log')
    axes.set_xticks(sides, [f'{side:.0f}' for side in sides], fontsize=8)
    axes.yaxis.set_major_formatter(LogFormatter())
    axes.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.5)))
    axes.tick_params(axis='y', which='both', labelsize=8)
    axes.set_xlabel('image side in pixels', fontsize=8)
    axes.grid(alpha=0.3)
    axes.spines[['top', 'right']].set_visible(False)


def _side(result: Result) -> float:
    height, width = result.setting.size
    return (height * width) ** 0.5
