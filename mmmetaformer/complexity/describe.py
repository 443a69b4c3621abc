# SPDX-License-Identifier: Apache-2.0
"""The cost of a model as text."""

from mmmetaformer.text import table

from .count import Complexity, Part

__all__ = ['describe']

HEADER = ('part', 'M params', 'G MACs', 'M activations', 'MB saved', '')
LEGEND = """\
One image of {height}x{width} pixels. A MAC is one multiplication with one addition, of
convolutions, linear maps, matrix products and attention; norms, activation functions,
pooling, interpolation and RoIAlign count nothing. Activations are the elements of the
outputs of these operations. MACs and activations are those of testing. MB saved (10^6
bytes, float32) are what autograd saves for the backward pass in training, without
parameters and losses; stochastic depth as in the config."""


def describe(complexity: Complexity) -> str:
    """Return a table of the parts, the total, and what the figures mean."""
    total = Part(
        'total',
        complexity.parameters,
        complexity.macs,
        complexity.activations,
        complexity.saved_bytes,
    )
    rows = [HEADER, *(_row(part) for part in [*complexity.parts, total])]
    lines = table(rows, left={0, -1})
    rule = '-' * max(map(len, lines))
    lines = [lines[0], rule, *lines[1:-1], rule, lines[-1]]
    height, width = complexity.shape
    lines += ['', LEGEND.format(height=height, width=width)]
    for name, reason in complexity.not_counted.items():
        lines.append(f'Only the parameters counted: {name} ({reason})')
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
