# SPDX-License-Identifier: Apache-2.0
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from mmmetaformer.checks.remembered import remembered


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """Ask about a file; the calls count how often its content was read."""
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))
    file = tmp_path / 'a.txt'
    file.write_text('one')
    calls = []

    def find_out():
        calls.append(file)
        return [file.read_text()]

    def run(question='what is in it'):
        return remembered(question, [file], list[str], find_out)

    run.file, run.calls = file, calls
    return run


def test_an_unchanged_file_is_read_once(ask):
    assert [ask(), ask()] == [['one'], ['one']]
    assert len(ask.calls) == 1


def test_another_question_size_or_time_is_asked_again(ask):
    ask()
    ask('how long is it')
    ask.file.write_text('another')
    assert ask() == ['another']
    os.utime(ask.file, (0, 0))
    ask()
    assert len(ask.calls) == 4


def test_a_damaged_answer_is_asked_again(ask, tmp_path):
    ask()
    for file in (tmp_path / 'cache').rglob('*.json'):
        file.write_text('{')
    assert ask() == ['one']


def test_without_a_folder_to_write_to_nothing_is_remembered(ask, tmp_path):
    (tmp_path / 'cache').write_text('a file')
    assert [ask(), ask()] == [['one'], ['one']]
    assert len(ask.calls) == 2


def test_an_answer_that_nobody_needed_for_months_is_removed(ask, tmp_path):
    ask()
    (answer,) = (tmp_path / 'cache').rglob('*.json')
    os.utime(answer, (0, 0))
    ask()  # needed
    assert answer.is_file()
    os.utime(answer, (0, 0))
    ask('another')
    assert not answer.is_file()


def test_an_answer_that_is_not_utf8_is_not_remembered(ask):
    ask.file.write_bytes(b'\xe9')
    name = os.fsdecode(b'\xe9.png')
    for _ in range(2):
        assert remembered('names', [ask.file], list[str], lambda: [name]) == [name]


def test_other_permissions_are_a_change(ask):
    ask()
    ask.file.chmod(0o600)
    ask()
    assert len(ask.calls) == 2


def test_processes_that_ask_at_once_find_out_once(ask):
    """Threads, of which each holds a lock of its own, as processes do."""
    ready = threading.Barrier(4)

    def find_out():
        time.sleep(0.2)
        ask.calls.append(ask.file)
        return ['one']

    def one(_):
        ready.wait()
        return remembered('at once', [ask.file], list[str], find_out)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(4))) == [['one']] * 4
    assert len(ask.calls) == 1
