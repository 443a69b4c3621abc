# SPDX-License-Identifier: Apache-2.0
"""The complexity of a model as text."""

from .complexity import Complexity, Part

__all__ = ['describe']

HEADER = ('part', 'M params', 'G MACs', 'M activations', 'MB kept', '')
LEGEND = """\
One image of {height}x{width} pixels. A MAC is one multiplication with one addition, of
convolutions, linear maps, matrix products and attention; norms, activation functions,
pooling, interpolation and RoIAlign count nothing. Activations are the elements of the
outputs of these operations. MACs and activations are those of testing. MB kept (10^6
bytes, float32) are what a forward pass in training keeps for the backward pass, besides
parameters and losses; stochastic depth as the config has it."""


def describe(complexity: Complexity) -> str:
    """A table of the parts, the total, and what the figures mean."""
    total = Part(
        'total',
        complexity.parameters,
        complexity.macs,
        complexity.activations,
        complexity.saved_bytes,
    )
    rows = [HEADER, *(_row(part) for part in [*complexity.parts, total])]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for name, *numbers, note in rows:
        cells = [n.rjust(w) for n, w in zip(numbers, widths[1:-1], strict=True)]
        lines.append('  '.join([name.ljust(widths[0]), *cells, note]).rstrip())
    lines.insert(1, '-' * (sum(widths[:-1]) + 2 * (len(widths) - 2)))
    lines.insert(-1, lines[1])
    height, width = complexity.shape
    lines += ['', LEGEND.format(height=height, width=width)]
    for name, reason in complexity.not_counted.items():
        lines.append(f'NOT COUNTED but for its parameters: {name} ({reason})')
    return '\n'.join(lines)


def _row(part: Part) -> tuple[str, ...]:
    return (
        part.name,
        f'{part.parameters / 1e6:.2f}',
        f'{part.macs / 1e9:.2f}',
        f'{part.activations / 1e6:.1f}',
        f'{part.saved_bytes / 1e6:.1f}',
        part.note,
    )
