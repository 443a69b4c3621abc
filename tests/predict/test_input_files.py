# SPDX-License-Identifier: Apache-2.0
"""Which files are predicted on, and what their outputs are called."""

import os

import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.predict.files import find_images
from mmmetaformer.predict.outputs import Outputs, names_for


@pytest.fixture
def folder(tmp_path):
    for name in ('a.jpg', 'b.PNG', 'notes.txt', '.hidden.jpg', 'in/a.jpg', 'c.mp4'):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def found(words, folder):
    return [os.path.relpath(path, folder) for path in find_images(map(str, words))]


def test_files_folders_and_patterns(folder):
    assert found([folder], folder) == ['a.jpg', 'b.PNG', 'c.mp4', 'in/a.jpg']
    assert found([folder / '*.jpg'], folder) == ['a.jpg']
    assert found([folder / '**/*.jpg'], folder) == ['a.jpg', 'in/a.jpg']
    # A file that is named is taken, whatever it is called; each file once.
    both = [folder / 'notes.txt', folder / 'a.jpg', folder / 'in/../a.jpg']
    assert found(both, folder) == ['notes.txt', 'a.jpg']


def test_a_name_with_brackets_is_a_name(folder):
    (folder / 'x[1].jpg').touch()
    assert found([folder / 'x[1].jpg'], folder) == ['x[1].jpg']


@pytest.mark.parametrize(
    ('word', 'said'),
    [('z.jpg', 'there is no image'), ('*.gif', 'no file matches'), ('empty', 'has no')],
)
def test_what_is_not_there(folder, word, said):
    (folder / 'empty').mkdir()
    with pytest.raises(ConfigError, match=said):
        find_images([str(folder / word)])


def test_names_that_collide(folder):
    (folder / 'a.png').touch()
    words = [str(folder / 'a.jpg'), str(folder / 'a.png'), str(folder / 'in')]
    assert names_for(find_images(words), words) == ['a', 'a_2', 'a_3']
    assert 'in/a' in names_for(find_images([str(folder)]), [str(folder)])


def test_images_are_not_overwritten(folder):
    outputs = Outputs(folder)
    (folder / 'pictures').mkdir()
    (folder / 'pictures/a.jpg').touch()
    with pytest.raises(ConfigError, match='would overwrite it'):
        outputs.check([str(folder / 'pictures/a.jpg')], ['a'])
    outputs.check([str(folder / 'a.jpg')], ['a'])
