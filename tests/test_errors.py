# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.errors import (
    ConfigError,
    check_arguments,
    check_choice,
    collected_warnings,
    warn,
)


def test_a_choice():
    check_choice('colour', 'red', ['red', 'green'])
    with pytest.raises(ConfigError) as error:
        check_choice('colour', 'gren', ['red', 'green'], hint='Or mix.')
    assert str(error.value) == (
        "unknown colour 'gren'. Did you mean 'green'? Valid: green, red. Or mix."
    )
    with pytest.raises(ConfigError, match=r'unknown colour 3\. Valid: red\.$'):
        check_choice('colour', 3, {'red': None})


def make(given, size, scale=1.0): ...
def make_any(given, size, *rest, **others): ...


def test_arguments_that_fit():
    check_arguments('it', make, ['size'], given=['given'])
    check_arguments('it', make, {'size': 1, 'scale': 2}, given=['given'])
    check_arguments('it', make_any, ['size', 'extra'], given=['given'])
    check_arguments('it', lambda: None, [])


@pytest.mark.parametrize(
    ('function', 'arguments', 'message'),
    [
        (make, ['sized'], "it has no argument 'sized'. Valid: size, scale."),
        (make, ['size', 'given'], "it has no argument 'given'. Valid: size, scale."),
        (make, ['scale'], "it needs 'size'."),
        (make_any, ['rest'], "it needs 'size'."),
        (lambda given: None, ['a', 'b'], "it has no argument 'a', 'b'. Valid: none."),
    ],
)
def test_arguments_that_are_unknown_or_missing(function, arguments, message):
    with pytest.raises(ConfigError) as error:
        check_arguments('it', function, arguments, given=['given'])
    assert str(error.value) == message


def test_without_arguments_of_the_caller():
    with pytest.raises(ConfigError, match="it needs 'given', 'size'"):
        check_arguments('it', make, [])


def test_warnings_can_be_collected(capsys):
    with collected_warnings() as messages:
        warn('one')
    warn('two')
    assert messages == ['one']
    assert capsys.readouterr().err == 'warning: two\n'
