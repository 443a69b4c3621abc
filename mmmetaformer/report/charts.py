# SPDX-License-Identifier: Apache-2.0
"""Charts in Vega-Lite's format; colors and width are set in the browser."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .log import Curve

__all__ = ['Chart', 'bars', 'lines', 'matrix']

VEGA_LITE = 'https://vega.github.io/schema/vega-lite/v6.json'


@dataclass
class Chart:
    """A chart of the page.

    Attributes:
        title: Its heading.
        note: A sentence below, '' for none.
        spec: For Vega-Lite, with its data.
    """

    title: str
    note: str
    spec: dict[str, Any]


def lines(title: str, curves: Mapping[str, Curve]) -> Chart:
    """Return curves over the iterations; a click on a name in the legend shows one."""
    each = max(curve.each for curve in curves.values())
    rows = [
        (step, value, name, low, high)
        for name, curve in curves.items()
        for step, value, low, high in zip(
            curve.steps.tolist(),
            curve.values.tolist(),
            curve.low.tolist(),
            curve.high.tolist(),
            strict=True,
        )
    ]
    x = dict(
        field='x', type='quantitative', title='iteration', axis=dict(tickMinStep=1)
    )
    y = dict(field='y', type='quantitative', title=None, scale=dict(zero=False))
    legend = dict(symbolOpacity=1)  # not that of the band
    color = dict(
        field='s', type='nominal', title=None, sort=list(curves), legend=legend
    )
    shown = dict(condition=dict(param='shown', value=1), value=0.1)
    line = dict(
        mark=dict(type='line', strokeWidth=1.5),
        encoding=dict(y=y, opacity=shown),
    )
    band = dict(
        mark=dict(type='area', opacity=0.2),
        encoding=dict(
            y={**y, 'field': 'l'},
            y2=dict(field='h'),
            opacity=dict(condition=dict(param='shown', value=0.2), value=0.02),
        ),
    )
    hover = dict(
        name='hover',
        select=dict(type='point', on='pointerover', nearest=True, clear='pointerout'),
    )
    tooltip = [
        dict(field='s', title='name'),
        dict(field='x', title='iteration', format=','),
        dict(field='y', title='value', format='.4~g'),
    ]
    seen = dict(condition=dict(param='hover', empty=False, value=1), value=0)
    point = dict(
        mark=dict(type='point', filled=True, size=60),
        params=[hover],
        encoding=dict(y=y, opacity=seen, tooltip=tooltip),
    )
    if all(len(curve.steps) == 1 for curve in curves.values()):
        point['encoding'] = dict(y=y, tooltip=tooltip)
    layers: list[dict[str, Any]] = [*([band] if each > 1 else []), line, point]
    # In the first layer, whose legend stands for all.
    select = dict(type='point', fields=['s'])
    layers[0]['params'] = [dict(name='shown', select=select, bind='legend')]
    spec = dict(
        description=f'{title} over the iterations: {", ".join(curves)}',
        height=240,
        data=_data(('x', 'y', 's', 'l', 'h'), rows, numbers='xylh'),
        encoding=dict(x=x, color=color),
        layer=layers,
    )
    note = ''
    if each > 1:
        note = (
            f'A point is the mean of {each:,} logged values; the band goes from the '
            'lowest to the highest.'
        )
    return Chart(title, note, _whole(spec))


def bars(title: str, values: Mapping[str, float], unit: str) -> Chart:
    """Return a horizontal bar for each name."""
    spec = dict(
        description=f'{title}: '
        + ', '.join(f'{name} {value:.1f}' for name, value in values.items()),
        height=30 * len(values),
        data=_data(('name', 'value'), list(values.items()), numbers=['value']),
        mark=dict(type='bar', tooltip=True),
        encoding=dict(
            y=dict(field='name', type='nominal', sort=list(values), title=None),
            x=dict(field='value', type='quantitative', title=unit),
        ),
    )
    return Chart(title, '', _whole(spec))


def matrix(
    title: str, names: Sequence[str], shares: Sequence[Sequence[float]]
) -> Chart:
    """Return a square of cells, the true classes downwards.

    Args:
        title: Its heading.
        names: The classes, each once.
        shares: The share of each true class (rows) that was predicted as each class,
            from 0 to 1; NaN for none.
    """
    rows = [
        (names[i], names[j], share)
        for i, line in enumerate(shares)
        for j, share in enumerate(line)
    ]
    axis = dict(type='nominal', sort=list(names))
    labels = dict(labelLimit=110)
    spec = dict(
        description=f'{title}: {len(names)} classes',
        height=len(names) * (24 if len(names) <= 12 else 16),
        data=_data(('true', 'predicted', 'share'), rows, numbers=['share']),
        mark=dict(type='rect'),
        encoding=dict(
            y=dict(field='true', title='true class', axis=labels, **axis),
            x=dict(
                field='predicted',
                title='predicted class',
                axis=dict(labelAngle=-60, **labels),
                **axis,
            ),
            color=dict(
                field='share',
                type='quantitative',
                title='share',
                scale=dict(domain=[0, 1], interpolate='rgb'),
                legend=dict(format='.0%'),
            ),
            tooltip=[
                dict(field='true', title='true'),
                dict(field='predicted'),
                dict(field='share', format='.1%'),
            ],
        ),
    )
    return Chart(title, '', _whole(spec))


def _whole(spec: dict[str, Any]) -> dict[str, Any]:
    return {
        '$schema': VEGA_LITE,
        'width': 'container',
        'autosize': dict(type='fit-x', contains='padding'),
        **spec,
    }


def _data(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], numbers: Iterable[str]
) -> dict[str, Any]:
    """Return rows as text, a third of the size of Vega-Lite's usual records."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator='\n')
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    parse = dict.fromkeys(numbers, 'number')
    return dict(values=stream.getvalue(), format=dict(type='csv', parse=parse))


def _cell(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return f'{value:.6g}' if math.isfinite(value) else ''
