# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.checks.checkpoint.classes import (
    check_class_names,
    warn_of_class_names,
)
from mmmetaformer.checks.checkpoint.contents import Checkpoint
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import known_classes

MANY = [f'class {number}' for number in range(20)]


def run_on(classes, kind='BaseSegDataset', **more):
    metainfo = {} if classes is None else dict(metainfo=dict(classes=classes))
    dataset = dict(type=kind, **metainfo, **more)
    scope = 'mmdet' if kind == 'CocoDataset' else 'mmseg'
    loader = dict(dataset=dict(type='RepeatDataset', dataset=dataset))
    return Config(
        dict(default_scope=scope, train_dataloader=loader, test_dataloader=loader)
    )


def trained_on(classes):
    return Checkpoint('a.pth', {}, classes and list(classes))


@pytest.mark.parametrize('split', ['train', 'test'])
def test_another_order(split):
    with pytest.raises(ConfigError) as error:
        check_class_names(trained_on(['bg', 'fg']), run_on(('fg', 'bg')), split)
    assert str(error.value) == (
        'a.pth was trained on bg, fg (in this order); the run has fg, bg. Use the '
        "checkpoint's: --classes bg fg"
    )


def test_names_with_spaces_are_quoted_in_the_option():
    with pytest.raises(ConfigError, match="--classes 'a b' c$"):
        check_class_names(trained_on(['a b', 'c']), run_on(('c', 'a b')), 'test')


@pytest.mark.parametrize(
    ('now', 'said'),
    [
        ([*MANY[:7], 'other', *MANY[8:]], "class 8, 'class 7' in the .* 'other' in"),
        (MANY[:-1], "only the checkpoint has class 20, 'class 19'"),
        ([*MANY, 'more'], "only the run has class 21, 'more'"),
        ([MANY[1], MANY[0], *MANY[2:]], "is class 1, 'class 0' in the checkpoint"),
    ],
)
def test_long_lists_are_shortened(now, said):
    with pytest.raises(ConfigError, match=said) as error:
        check_class_names(trained_on(MANY), run_on(now), 'test')
    assert 'trained on 20 classes (class 0, class 1, class 2 and 17' in str(error.value)
    assert '--classes FILE' in str(error.value)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize(
    ('before', 'now'),
    [
        (['bg', 'fg'], ('bg', 'fg')),
        (['traffic_light', 'Person'], ('traffic light', 'person')),
        (['crt  screen'], ('CRT-screen',)),
        (None, ('bg', 'fg')),
        ([], ('bg', 'fg')),
        (['bg', 'fg'], None),
    ],
)
def test_sound(before, now, capsys):
    check_class_names(trained_on(before), run_on(now), 'test')
    warn_of_class_names(trained_on(before), run_on(now))
    assert capsys.readouterr().err == ''


@pytest.mark.parametrize('kind', ['ADE20KDataset', 'CocoDataset'])
def test_the_classes_of_the_data_sets_type(kind):
    cfg = run_on(None, kind)
    names = known_classes(dict(type=kind), cfg.default_scope)
    check_class_names(trained_on(names), cfg, 'train')
    with pytest.raises(ConfigError, match='the first difference is class 1'):
        check_class_names(trained_on(names[::-1]), cfg, 'train')


def test_the_way_out_of_a_detector_is_its_annotation_file():
    cfg = run_on(('b', 'a'), 'CocoDataset', data_root='data', ann_file='x/val.json')
    with pytest.raises(ConfigError, match='in the annotation file: give data/x/val'):
        check_class_names(trained_on(['a', 'b']), cfg, 'test')


def test_load_from_warns(capsys):
    warn_of_class_names(trained_on(['bg', 'fg']), run_on(('fg', 'bg')))
    said = capsys.readouterr().err
    assert said.startswith('warning: load_from: a.pth was trained on bg, fg')
    assert said.count('\n') == 1


def test_load_from_with_another_number_of_classes_is_a_usual_start(capsys):
    warn_of_class_names(trained_on(MANY), run_on(('fg', 'bg')))
    assert capsys.readouterr().err == ''


def test_a_run_without_that_split():
    check_class_names(trained_on(MANY), Config(dict(default_scope='mmseg')), 'test')
