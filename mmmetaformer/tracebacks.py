# SPDX-License-Identifier: Apache-2.0
"""An exception of the host in one line, and its traceback in a file."""

import re
import tempfile
import traceback
from pathlib import Path
from types import FrameType

from .launchers import process_number

__all__ = ['frames_of', 'save_traceback', 'words_of']

MAX_WORDS = 400  # characters

# Older versions of mmengine prefix what a class raises while it is built.
WRAPPED = re.compile(r'^((class )?`[\w.<>]+` in \S+: )+')
# 'Resize.__init__() got an unexpected ...': the place in the config says which class.
CALL = re.compile(r'^[\w.<>]+\(\) (?=got |takes |missing )')
# mmengine appends the hook that a TypeError comes from.
HOOK = re.compile(r' in <[\w.]+ object at \w+>$')
ADVICE = re.compile(r'[.,]? Please check whether the value of .*')

# Their words are enough. The name of any other type is printed too.
PLAIN = (TypeError, ValueError, RuntimeError, KeyError, AssertionError)


def words_of(error: BaseException) -> str:
    """Return what an exception says, in one line and without its class and module."""
    words = ' '.join(_text_of(error).split())
    words = CALL.sub('', WRAPPED.sub('', words))
    words = ADVICE.sub('', HOOK.sub('', words)).rstrip('.')
    if len(words) > MAX_WORDS:
        words = words[:MAX_WORDS] + ' ...'
    if not words:
        return _raised_at(error)
    if type(error) in PLAIN or isinstance(error, OSError):
        return words
    return f'{type(error).__name__}: {words}'


def frames_of(error: BaseException) -> list[tuple[FrameType, int]]:
    """Return the frames of an exception with their lines, the outermost first."""
    return list(traceback.walk_tb(error.__traceback__))


def save_traceback(error: BaseException, folder: str | Path) -> Path:
    """Write the traceback of an exception to a file of this process.

    Args:
        error: The exception.
        folder: Where the file goes; if it cannot be written there, it is in the
            temporary folder.

    Returns:
        The file.
    """
    number = process_number()
    path = Path(folder, f'error_{number}.txt' if number else 'error.txt')
    text = ''.join(traceback.format_exception(error))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
    except OSError:
        with tempfile.NamedTemporaryFile(
            'w', encoding='utf-8', prefix='error_', suffix='.txt', delete=False
        ) as file:
            file.write(text)
        return Path(file.name)
    return path


def _text_of(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f'{error.strerror}: {error.filename or ""}'.rstrip(': ')
    if not isinstance(error, KeyError) or not error.args:
        text = str(error)
    elif ' ' in str(error.args[0]):
        text = str(error.args[0])
    else:
        text = f'there is no key {error.args[0]!r}'
    # torch appends the traceback of a loader's worker; its last line is the exception.
    return text.strip().rsplit('\n', 1)[-1] if 'Original Traceback' in text else text


def _raised_at(error: BaseException) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    name = type(error).__name__
    return f'{name} at {place.filename}:{place.lineno}: {place.line}'
