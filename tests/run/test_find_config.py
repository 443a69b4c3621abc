# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys
from pathlib import Path

import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.run import find_config as find_config_module
from mmmetaformer.run.find_config import find_config

FILES = (
    'configs/upernet_caformer.py',
    'configs/upernet_convformer.py',
    'configs/upernet/upernet_convformer_s36.py',
    'configs/mask_rcnn_convformer.py',
    'configs/_base_/schedules/coco_1x.py',
    'data/train/deep/down/upernet_convformer_b36.py',
)
MOVED = 'there is no config file {}: it is at {}'


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def message(path):
    with pytest.raises(ConfigError) as error:
        find_config(str(path))
    return str(error.value)


@pytest.mark.parametrize('name', FILES)
def test_a_file_that_is_there(tree, name):
    assert str(find_config(name)) == name


@pytest.fixture
def no_package(monkeypatch):
    """A package without configs: only local files count."""
    monkeypatch.setattr(find_config_module, 'shipped_folder', lambda: None)


@pytest.mark.parametrize(
    ('typed', 'file'),
    [
        ('upernet_caformer', 'configs/upernet_caformer.py'),
        ('upernet_caformer.py', 'configs/upernet_caformer.py'),
        ('configs/upernet_caformer', 'configs/upernet_caformer.py'),
        ('upernet_convformer_s36', 'configs/upernet/upernet_convformer_s36.py'),
        ('upernet/upernet_convformer_s36', 'configs/upernet/upernet_convformer_s36.py'),
        # the flat folder of earlier versions
        (
            'configs/upernet_convformer_s36.py',
            'configs/upernet/upernet_convformer_s36.py',
        ),
        # a folder more than there is
        ('configs/upernet/upernet_caformer.py', 'configs/upernet_caformer.py'),
        ('_base_/schedules/coco_1x', 'configs/_base_/schedules/coco_1x.py'),
    ],
)
def test_a_name(tree, typed, file):
    assert find_config(typed) == Path(file)


@pytest.mark.parametrize(
    'typed',
    ['experiments/upernet_caformer.py', 'configs/UperNet/upernet_caformer.py'],
)
def test_a_folder_that_is_not_there(tree, typed):
    is_at = 'configs/upernet_caformer.py'
    assert message(typed) == MOVED.format(typed, is_at)
    assert message(tree / typed) == MOVED.format(tree / typed, tree / is_at)


def test_a_whole_path_is_no_name(tree):
    typed = tree / 'configs/upernet_convformer_s36.py'
    moved = tree / 'configs/upernet/upernet_convformer_s36.py'
    assert message(typed) == MOVED.format(typed, moved)


@pytest.mark.parametrize(
    'typed',
    [
        'upernet_convformer_s36',
        'upernet_convformer_s36.py',
        'upernet/upernet_convformer_s36',
        'configs/upernet_convformer_s36.py',
        'configs/upernet/upernet_convformer_s36.py',
    ],
)
def test_a_name_in_an_empty_folder_is_that_of_the_package(
    tmp_path, monkeypatch, root, typed
):
    monkeypatch.chdir(tmp_path)
    file = root / 'configs/upernet/upernet_convformer_s36.py'
    assert find_config(typed) == file


def test_a_local_file_comes_before_the_package(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ('configs/upernet_convformer.py', 'upernet_convformer.py'):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
        assert find_config('upernet_convformer') == Path(name)
    assert find_config('upernet_convformer.py') == Path('upernet_convformer.py')


def test_a_misspelt_name_in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for typed in ('upernet_convfromer', 'configs/upernet_convfromer.py'):
        said = message(typed)
        assert said.startswith(
            f'there is no config file {typed}. Did you mean upernet_'
        )
        assert ' upernet_convformer ' in said


def test_from_inside_the_folder_of_configs(tree, monkeypatch, no_package):
    monkeypatch.chdir(tree / 'configs')
    name = 'upernet_convformer_s36.py'
    assert message(name) == MOVED.format(name, f'upernet/{name}')


def test_a_misspelt_name_over_the_whole_tree(tree, no_package):
    said = message('configs/upernet_convfromer_s36.py')
    near = 'configs/upernet/upernet_convformer_s36.py or configs/upernet_convformer.py'
    assert f'. Did you mean {near}' in said
    # the best one from another method's folder
    said = message('configs/upernet/mask_rcnn_convfromer.py')
    assert 'Did you mean configs/mask_rcnn_convformer.py' in said


def test_base_configs_and_data_are_not_offered(tree, no_package):
    for name in ('coco_1x.py', 'upernet_convformer_b36.py'):
        said = message(name)
        assert 'it is at' not in said
        assert 'data/' not in said


def test_nothing_alike(tree):
    assert message('nowhere/xyz') == (
        'there is no config file nowhere/xyz. `mmmetaformer configs` lists the names '
        'of all configs'
    )


def test_a_folder(tree):
    assert message('configs/upernet') == (
        'there is no config file configs/upernet: it is a folder'
    )


def test_every_name_of_the_flat_folder_leads_to_its_file(root):
    """Also from elsewhere: the user typed the repository's folder."""
    moved = sorted(root.glob('configs/[!_]*/*.py'))
    assert moved
    for path in moved:
        said = message(root / 'configs' / path.name)
        assert said.endswith(f': it is at {path}')


def test_it_needs_no_torch(root):
    """An error that needs no model comes at once."""
    script = """
import runpy, sys
runpy.run_path('mmmetaformer/run/find_config.py')
print({'torch', 'mmengine', 'mmcv', 'mmdet', 'mmseg'} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, '-c', script], cwd=root, capture_output=True, text=True
    )
    assert done.stdout == 'set()\n', done.stderr
