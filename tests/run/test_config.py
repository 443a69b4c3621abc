# SPDX-License-Identifier: Apache-2.0
import argparse

import pytest

from mmmetaformer.commands import train
from mmmetaformer.errors import ConfigError
from mmmetaformer.run.config import load_config, read_run_config


def test_work_dir_command_line_then_file_then_name(tmp_path):
    plain = tmp_path / 'plain.py'
    plain.write_text('model = dict()\n')
    named = tmp_path / 'named.py'
    named.write_text("model = dict()\nwork_dir = 'from_file'\n")
    assert load_config(str(plain)).work_dir == 'work_dirs/plain'
    assert load_config(str(named)).work_dir == 'from_file'
    assert load_config(str(named), 'from_line').work_dir == 'from_line'


def test_absent_config_names_the_nearest(root):
    path = root / 'configs/upernet_convfromer.py'
    with pytest.raises(ConfigError, match=r'convfromer.*mean .*upernet_convformer\.py'):
        load_config(str(path))


def test_absent_folder():
    with pytest.raises(ConfigError, match='there is no config file nowhere/at_all.py'):
        load_config('nowhere/at_all.py')


def test_randomness_without_a_seed(root):
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    words = [str(root / 'configs/upernet_convformer.py'), '--cfg-options']
    cfg = read_run_config(parser.parse_args([*words, 'randomness.deterministic=True']))
    assert cfg.randomness == dict(deterministic=True, seed=None)
