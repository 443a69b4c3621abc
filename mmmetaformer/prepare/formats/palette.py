# SPDX-License-Identifier: Apache-2.0
"""The colours of classes in a file, as CamVid, CVAT and others write them."""

import re
from pathlib import Path

from mmmetaformer.errors import ConfigError

__all__ = ['Color', 'read_palette']

Color = tuple[int, int, int]

NUMBERS = r'(?P<r>\d{1,3})[\s,;]+(?P<g>\d{1,3})[\s,;]+(?P<b>\d{1,3})'
HEX = r'#(?P<r>[\da-fA-F]{2})(?P<g>[\da-fA-F]{2})(?P<b>[\da-fA-F]{2})'
#: `R G B name`, `name R G B`, `name:R,G,B:parts:actions`, `#rrggbb name`.
FORMS = (
    re.compile(rf'^{NUMBERS}[\s,;:]+(?P<name>\S.*)$'),
    re.compile(rf'^(?P<name>[^\s#].*?)[\s,;:]+{NUMBERS}(?:\s*:.*)?$'),
    re.compile(rf'^{HEX}[\s,;]+(?P<name>\S.*)$'),
)
HEX_FORM = 2
HEADER = re.compile(r'\W*name\W+r\W+g\W+b\W*|\W*r\W+g\W+b\W+name\W*', re.IGNORECASE)
MAX = 255


def read_palette(path: Path) -> list[tuple[Color, str]]:
    """Return the colours and their classes, in the file's order.

    Several colours may have one name. Empty lines, lines that begin with `# ` and a
    header such as `name,r,g,b` are left out.

    Raises:
        ConfigError: A line is none of the known forms, or a colour has two names.
    """
    if not path.is_file():
        raise ConfigError(f'--palette: the file {path} does not exist')
    entries: dict[Color, str] = {}
    lines = path.read_text(encoding='utf-8-sig').splitlines()
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith('# ') or HEADER.fullmatch(text):
            continue
        color, name = _entry(f'{path}:{number}', text)
        if entries.setdefault(color, name) != name:
            raise ConfigError(
                f'{path}:{number}: the colour {color} is {name!r} here, but '
                f'{entries[color]!r} before'
            )
    if not entries:
        raise ConfigError(
            f'{path} has no colours. Expected lines such as `64 0 128 car`'
        )
    return list(entries.items())


def _entry(where: str, text: str) -> tuple[Color, str]:
    for index, form in enumerate(FORMS):
        match = form.match(text)
        if match is None:
            continue
        base = 16 if index == HEX_FORM else 10
        red, green, blue = (int(match[letter], base) for letter in 'rgb')
        if max(red, green, blue) <= MAX:
            return (red, green, blue), match['name'].strip().strip('"\'')
    raise ConfigError(
        f'{where}: {text[:40]!r} is no colour. Expected `R G B name`, `name R G B`, '
        '`name:R,G,B::` or `#rrggbb name`, with values from 0 to 255'
    )
