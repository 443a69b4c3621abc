# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from mmengine.registry import DATASETS, init_default_scope
from PIL import Image

from mmmetaformer.checks.label_maps import look
from mmmetaformer.checks.label_maps.check import label_map_faults
from mmmetaformer.checks.label_maps.listed_files import ListedFiles
from mmmetaformer.checks.label_maps.map_set import read_map_set
from mmmetaformer.checks.label_maps.meaning import meaning_of

TWO = ('--classes', 'bg', 'fg')


def test_ignored_labels_are_sound(own_maps):
    own_maps.write(labels=(0, 1, 2, 255))
    assert own_maps.faults() == []


def test_masks_of_0_and_255(own_maps):
    own_maps.write(labels=(0, 255))
    for split in ('train', 'val'):
        message = own_maps.fault(split=split)
        assert 'labels found are 0 (ignored, 54 %), 255 (ignored, 46 %)' in message
        assert 'no pixel is left to train on' in message
        assert '0 and 1' in message


def test_labels_from_0_that_are_counted_from_1(own_maps):
    own_maps.write(labels=(0, 1))
    message = own_maps.fault()
    assert 'class fg (label 2) never occurs' in message
    assert 'add --labels-from 0' in message
    assert own_maps.faults(*TWO, '--labels-from', 0) == []


def test_three_labels_from_0_are_a_warning(own_maps):
    own_maps.write(labels=(0, 1, 2))
    message = own_maps.fault('--classes', 'a1', 'b1', 'c1', stops=False)
    assert 'class c1 (label 3) never occurs' in message
    assert 'add --labels-from 0' in message


@pytest.mark.parametrize('labels', [(1, 2), (0, 1, 2, 255)])
def test_labels_from_1_that_are_counted_from_0(own_maps, labels):
    own_maps.write(labels=labels)
    message = own_maps.fault(*TWO, '--labels-from', 0)
    assert 'label 2 has no class' in message
    assert 'add --labels-from 1' in message


@pytest.mark.parametrize('split', ['train', 'val'])
def test_a_label_above_the_classes(own_maps, split):
    folder = dict(train='training', val='validation')[split]
    bad = own_maps.maps(folder)[1]
    labels = np.array(Image.open(bad))
    labels[:3, :5] = 7
    Image.fromarray(labels).save(bad)
    message = own_maps.fault(split=split)
    assert 'label 7 has no class' in message
    assert f'1 of 4 maps of {bad.parent} (15 pixels, first {bad})' in message
    assert '1 (bg, ' in message
    assert '7 (no class, ' in message
    assert 'Name a class for each label' in message
    assert message.endswith('or ignore it: --ignore-label 7')
    assert own_maps.faults(*TWO, '--ignore-label', 7, split=split) == []


def test_grey_values(own_maps):
    own_maps.write(labels=(0, 128, 255))
    assert 'look like grey values' in own_maps.fault()


def test_the_only_class_that_occurs_is_a_warning(own_maps):
    own_maps.write(labels=(2,))
    message = own_maps.fault(stops=False)
    assert 'class bg (label 1) never occurs' in message
    assert 'only fg does' in message


def test_another_ignored_label(own_maps):
    own_maps.write(labels=(0, 1, 11))
    words = (*TWO, '--labels-from', 0, '--cfg-options')
    head = 'model.decode_head.ignore_index=11'
    assert own_maps.faults(*words, head) == []
    assert 'label 11 has no class' in own_maps.fault(*words, head, split='val')
    metric = 'val_evaluator.ignore_index=11'
    assert own_maps.faults(*words, head, metric, split='val') == []


@pytest.mark.parametrize('split', ['train', 'val', 'test'])
def test_the_last_label_is_no_class_as_in_camvid(own_maps, split):
    """Counted from 0, or from 1: the maps do not say which, so the message has both."""
    own_maps.write(labels=(0, 1, 2))
    from_0 = (*TWO, '--labels-from', 0)
    message = own_maps.fault(*from_0, split=split)
    assert 'add --labels-from 1; if 2 is no class, add --ignore-label 2' in message
    assert own_maps.faults(*from_0, '--ignore-label', 2, split=split) == []


def test_labels_above_are_ignored_with_one_option(own_maps):
    own_maps.write(labels=(1, 2, 5, 9))
    assert 'or ignore them: --ignore-label 5 9' in own_maps.fault()
    assert own_maps.faults(*TWO, '--ignore-label', 9, 5) == []
    own_maps.write(labels=(1, 2, *range(10, 30)))
    assert '--ignore-label with the labels that are no class' in own_maps.fault()


def test_ignored_labels_are_described_as_such(own_maps):
    own_maps.write(labels=(0, 1, 7))
    message = own_maps.fault('--classes', 'a1', 'b1', '--ignore-label', 7, stops=False)
    assert '7 (ignored, ' in message


def test_nothing_is_left_to_learn(own_maps):
    own_maps.write(labels=(1, 2))
    message = own_maps.fault(*TWO, '--ignore-label', 1, 2)
    assert 'no pixel is left to train on' in message


def test_a_class_that_is_ignored_on_purpose(own_maps):
    """VOC's background may have a name, and its label be ignored."""
    own_maps.write(labels=(0, 1))
    assert own_maps.faults(*TWO, '--labels-from', 0, '--ignore-label', 0) == []


@pytest.mark.parametrize('name', ['_background_', 'Background', 'bg'])
def test_a_background_of_label_0_that_is_ignored(own_maps, name):
    names = ('--classes', name, 'a1', 'b1')
    own_maps.write(labels=(0, 0, 1, 2))
    for split in ('train', 'val'):
        message = own_maps.fault(*names, split=split)
        assert f'the first class, {name}, is label 1' in message
        assert f'If label 0 is {name}, add --labels-from 0' in message
    assert own_maps.faults(*names, '--labels-from', 0) == []


def test_a_background_of_label_1_is_sound(own_maps):
    names = ('--classes', 'background', 'a1', 'b1')
    for labels in ((0, 0, 1, 2, 3), (0, 1, 1, 2), (1, 2)):
        own_maps.write(labels=labels)
        assert not [f for f in own_maps.faults(*names) if f.stops]


def test_many_absent_classes_are_one_line(own_maps):
    message = own_maps.fault('--data-root', own_maps.data, stops=False)
    assert '148 of 150 classes never occur' in message
    assert '\n' not in message


def test_a_class_that_a_sample_has_not_is_no_fault(own_maps, monkeypatch):
    monkeypatch.setattr(look, 'SAMPLE_PIXELS', 24 * 16 * 2)
    for file in own_maps.maps():
        Image.fromarray(np.ones((16, 24), np.uint8)).save(file)
    assert own_maps.faults() == []
    assert 'never occurs' in str(own_maps.faults(everything=True)[0])


def test_several_data_sets_share_the_classes(own_maps):
    own_maps.write(labels=(2,))
    cfg = own_maps.cfg(*TWO)
    one = cfg.train_dataloader.dataset
    cfg.train_dataloader.dataset = dict(type='ConcatDataset', datasets=[one, one])
    assert list(label_map_faults(ListedFiles(one, 'mmseg'), cfg, 'train')) == []


def test_meaning_is_that_of_the_host(own_maps):
    own_maps.write(labels=(0, 1, 7, 21, 255))
    cfg = own_maps.cfg('--classes', 'car', 'road', '--subset')
    spec = cfg.train_dataloader.dataset
    meaning = meaning_of(read_map_set(ListedFiles(spec, 'mmseg')), cfg, 'train')
    assert [meaning.name(label) for label in (0, 1, 7, 21, 255)] == [
        'ignored',
        'ignored',
        'road',
        'car',
        'ignored',
    ]
    init_default_scope('mmseg')
    seen = DATASETS.build(spec)[0]['data_samples'].gt_sem_seg.data[0, 0].tolist()
    stored = np.array(Image.open(own_maps.maps()[0]))[0].tolist()
    assert seen == [meaning.becomes[label] for label in stored]


def test_names_taken_from_another_data_set(own_maps):
    message = own_maps.fault('--classes', 'car', 'road', '--subset')
    assert 'no pixel is left to train on' in message
    assert 'car (label 21), road (label 7)' in message
    assert '--labels-from 1' in message


def test_facts_are_remembered_until_a_file_changes(own_maps, monkeypatch):
    assert own_maps.faults() == []
    with monkeypatch.context() as patch:
        patch.setattr(look, '_look', None)
        assert own_maps.faults() == []
    own_maps.write(labels=(0, 255))
    assert 'no pixel is left' in own_maps.fault()


def test_settings_that_disagree(own_maps):
    option = 'train_dataloader.dataset.pipeline.1.reduce_zero_label=False'
    message = own_maps.fault(*TWO, '--cfg-options', option)
    assert 'reduce_zero_label is False in the LoadAnnotations' in message
