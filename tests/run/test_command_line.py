# SPDX-License-Identifier: Apache-2.0
import argparse

import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.command_line import (
    accumulation,
    add_run_arguments,
    exit_on_user_error,
    label,
    option,
)


@pytest.fixture
def parse():
    parser = argparse.ArgumentParser()
    add_run_arguments(parser)
    return lambda line: parser.parse_args(line.split())


@pytest.mark.parametrize('word', ['a=1', 'a.b=', 'a=b=c'])
def test_an_override_stays_as_it_is(word):
    assert option(word) == word


@pytest.mark.parametrize('word', ['a', '=1', '=a=1', '', '='])
def test_words_that_override_nothing_are_refused(word):
    with pytest.raises(argparse.ArgumentTypeError, match=f'KEY=VALUE, got {word!r}'):
        option(word)


@pytest.mark.parametrize(('word', 'number'), [('auto', 'auto'), ('1', 1), ('16', 16)])
def test_passes_per_update(word, number):
    assert accumulation(word) == number


@pytest.mark.parametrize('word', ['0', '-1', '1.5', 'Auto', ''])
def test_other_passes_are_refused(word):
    with pytest.raises(argparse.ArgumentTypeError, match=f"'auto', got {word!r}"):
        accumulation(word)


@pytest.mark.parametrize('word', ['0', '11', '255'])
def test_labels(word):
    assert label(word) == int(word)


@pytest.mark.parametrize('word', ['-1', '256', '1.5', 'void', ''])
def test_what_is_no_label_is_refused(word):
    with pytest.raises(argparse.ArgumentTypeError, match=f'0 to 255, got {word!r}'):
        label(word)


def test_defaults(parse):
    assert vars(parse('')) == dict(
        work_dir=None,
        verbose=False,
        sample_data=None,
        classes=None,
        subset=False,
        image_size=None,
        ignore_label=None,
        data_root=None,
        labels_from=None,
        cfg_options=[],
        launcher='none',
        hang_limit=None,
        coco_eval='fast',
    )


def test_sample_data_with_and_without_a_folder(parse):
    assert parse('--sample-data').sample_data == 'data/sample'
    assert parse('--sample-data elsewhere').sample_data == 'elsewhere'


def test_overrides_add_up(parse):
    args = parse('--cfg-options a=1 b=2 --classes cat dog --cfg-options c=3')
    assert args.cfg_options == ['a=1', 'b=2', 'c=3']
    assert args.classes == ['cat', 'dog']


def test_a_user_error_is_one_line_and_status_2(capsys):
    def main():
        raise ConfigError('no such thing')

    with pytest.raises(SystemExit) as exit_:
        exit_on_user_error(main)
    assert exit_.value.code == 2
    assert capsys.readouterr() == ('', 'error: no such thing\n')


def test_other_errors_keep_their_traceback():
    with pytest.raises(ZeroDivisionError):
        exit_on_user_error(lambda: 1 / 0)
