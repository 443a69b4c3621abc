# SPDX-License-Identifier: Apache-2.0
"""The page as text: the template with everything it needs inside."""

import math
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from .vega import vega_script

__all__ = ['render']

ASSETS = Path(__file__).parent / 'assets'


def render(**content: Any) -> str:
    """Return the page.

    Args:
        content: The values of the template. All text in them is escaped.
    """
    template = _environment().from_string(_asset('page.html'))
    return template.render(
        **content,
        style=Markup(_asset('style.css')),
        script=Markup(_asset('script.js')),
        vega=Markup(vega_script()),
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters['number'] = _number
    # Also NaN is no JSON: it would end the script of the page.
    environment.policies['json.dumps_kwargs'] = {'allow_nan': False}
    return environment


def _number(value: Any) -> str:
    """Return a number for a table, other values as they are."""
    if isinstance(value, int):
        return f'{value:,}'
    if isinstance(value, float):
        return '-' if math.isnan(value) else f'{value:.4g}'
    return str(value)


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding='utf-8')
