# SPDX-License-Identifier: Apache-2.0
"""Whether the code of the host mentions a word, such as a key of `test_cfg`."""

import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from mmengine.config import Config

from mmmetaformer.host import as_list

__all__ = ['is_word_of_host']

ALWAYS = ('mmengine', 'mmcv', 'mmmetaformer')


def is_word_of_host(cfg: Config, word: str, as_key: bool = False) -> bool:
    """Return whether the code that a config runs mentions a word.

    Takes about a second, so ask only about words that are not in the config.

    Args:
        cfg: The run's config. Its scope and its `custom_imports` name packages.
        word: A name.
        as_key: Whether to accept the word only where it can be a key of a config, as in
            `cfg.word` or `cfg['word']`.
    """
    before = r'[.\'"]' if as_key else r'\b'
    mention = rf'{before}{re.escape(word)}\b'
    return any(_mentions(package, mention) for package in _packages(cfg))


@cache
def _mentions(package: str, pattern: str) -> bool:
    """Return whether a package's code has a match of a regular expression."""
    mention = re.compile(pattern)
    return any(
        mention.search(file.read_text(encoding='utf-8', errors='ignore'))
        for file in _sources(package)
    )


def _packages(cfg: Config) -> list[str]:
    imports = as_list((cfg.get('custom_imports') or {}).get('imports'))
    names = [cfg.get('default_scope') or 'mmengine', *imports, *ALWAYS]
    return list(dict.fromkeys(str(name).partition('.')[0] for name in names))


def _sources(package: str) -> Iterator[Path]:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return
    file = Path(spec.origin)
    if file.name != '__init__.py':
        yield file
        return
    for source in file.parent.rglob('*.py'):
        if '.mim' not in source.parts:  # stock configs
            yield source
