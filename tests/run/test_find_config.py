# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys

import pytest

from mmmetaformer.errors import ConfigError
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


@pytest.mark.parametrize(
    ('typed', 'is_at'),
    [
        # the flat folder of earlier versions
        (
            'configs/upernet_convformer_s36.py',
            'configs/upernet/upernet_convformer_s36.py',
        ),
        # a folder more than there is
        ('configs/upernet/upernet_caformer.py', 'configs/upernet_caformer.py'),
        # a folder that does not exist
        ('experiments/upernet_caformer.py', 'configs/upernet_caformer.py'),
        ('configs/UperNet/upernet_caformer.py', 'configs/upernet_caformer.py'),
        # the name alone
        ('upernet_caformer.py', 'configs/upernet_caformer.py'),
        ('upernet_convformer_s36.py', 'configs/upernet/upernet_convformer_s36.py'),
    ],
)
def test_a_name_in_another_folder(tree, typed, is_at):
    assert message(typed) == MOVED.format(typed, is_at)
    assert message(tree / typed) == MOVED.format(tree / typed, tree / is_at)


def test_from_inside_the_folder_of_configs(tree, monkeypatch):
    monkeypatch.chdir(tree / 'configs')
    name = 'upernet_convformer_s36.py'
    assert message(name) == MOVED.format(name, f'upernet/{name}')


def test_a_misspelt_name_over_the_whole_tree(tree):
    said = message('configs/upernet_convfromer_s36.py')
    near = 'configs/upernet/upernet_convformer_s36.py or configs/upernet_convformer.py'
    assert f'. Did you mean {near}' in said
    # the best one from another method's folder
    said = message('configs/upernet/mask_rcnn_convfromer.py')
    assert 'Did you mean configs/mask_rcnn_convformer.py' in said


def test_base_configs_and_data_are_not_offered(tree):
    for name in ('coco_1x.py', 'upernet_convformer_b36.py'):
        said = message(name)
        assert 'it is at' not in said
        assert 'b36' not in said.removeprefix(f'there is no config file {name}')


def test_nothing_alike(tree):
    assert message('nowhere/xyz') == 'there is no config file nowhere/xyz'


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
