# SPDX-License-Identifier: Apache-2.0
"""Errors in config files, with the file and the line."""

from pathlib import Path

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import dicts_in
from mmmetaformer.tracebacks import frames_of, words_of

__all__ = ['read_config_file']

WORDS = {
    'Duplicate key is not allowed among bases. Duplicate keys': (
        'two files of `_base_` have the same keys'
    ),
}


def read_config_file(file: Path) -> Config:
    """Read a config file and the files of its `_base_`.

    Raises:
        ConfigError: A file is missing, is not Python, or fails when it runs. The
            message has the file and the line.
    """
    try:
        cfg = Config.fromfile(file)
        # Imports in a config are lazy: those that fail are to fail here.
        list(dicts_in(dict(cfg.items())))
        return cfg
    except RecursionError as error:
        raise ConfigError(f'{file}: its `_base_` leads back to itself') from error
    except Exception as error:
        raise ConfigError(f'{_place(error, file)}: {_words(error)}') from error


def _place(error: Exception, file: Path) -> str:
    """Return the config file that an exception comes from, with the line if known."""
    line = error.lineno if isinstance(error, SyntaxError) else None
    place = str(file)
    for frame, number in frames_of(error):
        name = frame.f_locals.get('filename')
        # mmengine runs each file under its own name.
        if frame.f_code.co_filename == place:
            line = number
        elif isinstance(name, str) and Path(name).is_file():
            place = name
    line = line or _line_of_base(error, place)
    return f'{place}:{line}' if line else place


def _line_of_base(error: Exception, place: str) -> int | None:
    """Return the line that names a missing file."""
    if not isinstance(error, FileNotFoundError) or not error.filename:
        return None
    lines = Path(place).read_text(encoding='utf-8').splitlines()
    name = Path(error.filename).name
    return next((n for n, text in enumerate(lines, 1) if name in text), None)


def _words(error: Exception) -> str:
    if isinstance(error, ConfigError):
        return str(error)
    if isinstance(error, SyntaxError):
        return f'not valid Python: {error.msg}'
    if isinstance(error, ImportError) and error.__cause__:
        return f'{error.__cause__}. The folder of a module must be in PYTHONPATH'
    words = words_of(error)
    for before, after in WORDS.items():
        words = words.replace(before, after)
    return words
