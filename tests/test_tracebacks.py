# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from mmmetaformer.tracebacks import save_traceback, words_of

NOTHING: dict[object, object] = {}


class Part:
    def __init__(self, scale):
        if not scale:
            raise AssertionError


def raised(function):
    with pytest.raises(Exception) as caught:  # noqa: PT011
        function()
    return caught.value


def from_worker():
    raise ValueError(
        'Caught ValueError in DataLoader worker process 0.\n'
        'Original Traceback (most recent call last):\n  File "a.py", line 1\n'
        'ValueError: no such image'
    )


@pytest.mark.parametrize(
    ('function', 'words'),
    [
        (lambda: Part(**{'size': 1}), "got an unexpected keyword argument 'size'"),
        (lambda: Part(**{}), "missing 1 required positional argument: 'scale'"),
        (lambda: NOTHING['inputs'], "there is no key 'inputs'"),
        (lambda: NOTHING[7], 'there is no key 7'),
        (lambda: [][0], 'IndexError: list index out of range'),
        (lambda: Path('/no/file').read_text(), 'No such file or directory: /no/file'),
        (from_worker, 'ValueError: no such image'),
    ],
)
def test_the_words_of_an_exception(function, words):
    assert words_of(raised(function)) == words


@pytest.mark.parametrize(
    ('error', 'words'),
    [
        (ValueError('class `A` in b/c.py: class `D` in e.py: no'), 'no'),
        (TypeError('no in <a.b.Hook object at 0x7f0>'), 'no'),
        (RuntimeError('two\n  lines.'), 'two lines'),
        (KeyError('A is not in the b registry. Please check whether the value of `A`'),
         'A is not in the b registry'),
    ],
)  # fmt: skip
def test_what_mmengine_adds_is_left_out(error, words):
    assert words_of(error) == words


def test_an_assertion_without_words_is_quoted():
    words = words_of(raised(lambda: Part(scale=0)))
    assert 'test_tracebacks.py' in words
    assert words.endswith('raise AssertionError')


def test_long_words_are_cut():
    assert len(words_of(ValueError('a' * 5000))) < 500


@pytest.mark.parametrize(('rank', 'name'), [('0', 'error.txt'), ('3', 'error_3.txt')])
def test_the_traceback_is_in_a_file_of_the_process(tmp_path, monkeypatch, rank, name):
    monkeypatch.setenv('RANK', rank)
    file = save_traceback(raised(from_worker), tmp_path / 'work')
    assert file == tmp_path / 'work' / name
    assert 'in from_worker' in file.read_text()


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / 'work').write_text('a file')
    file = save_traceback(raised(from_worker), tmp_path / 'work')
    assert 'in from_worker' in file.read_text()
    file.unlink()
