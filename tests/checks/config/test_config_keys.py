# SPDX-License-Identifier: Apache-2.0
import json

import pytest
from mmengine.config import Config

from mmmetaformer.checks.config.chain import read_chain
from mmmetaformer.checks.config.keys import check_keys, check_variables
from mmmetaformer.errors import ConfigError

BASE = """
optimizer = dict(type='SGD', lr=0.1)
optim_wrapper = dict(optimizer=optimizer)
crop_size = (512, 512)
num_classes = 150
model = dict(type='X', size=crop_size, head=dict(num_classes=num_classes))
"""


def write(folder, own, base=BASE, name='own.py'):
    (folder / 'base.py').write_text(base)
    file = folder / name
    file.write_text(own)
    return Config.fromfile(file)


def check_both(cfg):
    check_keys(cfg)
    check_variables(cfg)


@pytest.mark.parametrize(
    'own',
    [
        '',
        'model = dict(x=1)\n',
        'train_pipeline = []\nmy_dataset = dict()\nnum_clases = 3\n_ = 1\n',
        'optimizer = dict(lr=1)\noptim_wrapper = dict(optimizer=optimizer)\n',
        # The run has these values where they matter.
        "optimizer = dict(type='SGD', lr=0.1)\n",
        'num_classes = 2\nmodel = dict(head=dict(num_classes=2))\n',
        # Read by all of these.
        'optimizer = dict(x=1)\nglobals()\n',
        'data = 1\nmodel = dict(x=[data for _ in range(2)])\n',
    ],
)
def test_sound_configs(tmp_path, own):
    check_both(write(tmp_path, f"_base_ = 'base.py'\n{own}"))


@pytest.mark.parametrize(
    'way',
    ['_base_.data', "_base_['data']", "_base_.get('data')", '{{_base_.data}}'],
)
def test_a_variable_that_another_file_reads(tmp_path, way):
    own = f"_base_ = 'base.py'\nmodel = dict(x={way})\n"
    check_both(write(tmp_path, own, f'{BASE}\ndata = 3\n'))
    with pytest.raises(ConfigError, match='base.py: nothing reads data'):
        check_both(write(tmp_path, "_base_ = 'base.py'\n", f'{BASE}\ndata = 3\n'))


@pytest.mark.parametrize(
    ('own', 'message'),
    [
        (
            'optimizer = dict(lr=1)',
            r'own\.py: nothing reads optimizer \(set optim_wrapper\.optimizer\)',
        ),
        ('lr_config = dict()\nrunner = 1', r'lr_config \(.*, runner \(set train_cfg\)'),
        ('evaluation = dict()', 'set val_evaluator'),
        ('fp16 = dict()', '--amp'),
        ('total_epochs = 3', 'set train_cfg.max_epochs'),
        ('train_dataloadr = dict()', r'did you mean train_dataloader\?'),
        ('optim_wraper = dict()', r'did you mean optim_wrapper\?'),
        ('param_schedulers = []', r'did you mean param_scheduler\?'),
        ('val_evalautor = dict()', r'did you mean val_evaluator\?'),
        ('crop_size = (9, 9)', r'own\.py sets crop_size, which has no effect: .*base'),
        ('num_classes = 3', 'sets num_classes, which has no effect'),
    ],
)
def test_keys_that_nothing_reads(tmp_path, own, message):
    with pytest.raises(ConfigError, match=message):
        check_both(write(tmp_path, f"_base_ = 'base.py'\n{own}\n"))


def test_json_has_no_variables(tmp_path):
    own = json.dumps({'_base_': 'base.py', 'data': {'x': 1}})
    with pytest.raises(ConfigError, match=r'own\.json: nothing reads data'):
        check_keys(write(tmp_path, own, name='own.json'))
    check_keys(write(tmp_path, json.dumps({'_base_': 'base.py'}), name='own.json'))


def test_imported_base_configs(tmp_path):
    start = 'from mmengine.config import read_base\nwith read_base():\n'
    own = f'{start}    from .base import *\n'
    check_keys(write(tmp_path, f'{own}model.update(x=data)\n', f'{BASE}data = 1\n'))
    with pytest.raises(ConfigError, match=r'base\.py: nothing reads data'):
        check_keys(write(tmp_path, own, f'{BASE}data = 1\n'))
    with pytest.raises(ConfigError, match=r'own\.py: nothing reads optim_wraper'):
        check_keys(write(tmp_path, f'{own}optim_wraper = 1\n'))


def test_a_dump_has_the_variables_too(tmp_path, capsys):
    cfg = write(tmp_path, f"{BASE}work_dir = 'x'\nlauncher = 'none'\n")
    cfg.optim_wrapper.optimizer.lr = 0.2
    cfg.dump(tmp_path / 'dump.py')
    check_both(Config.fromfile(tmp_path / 'dump.py'))
    assert 'nothing reads optimizer' in capsys.readouterr().err


def test_speed_alone_is_a_warning(tmp_path, capsys):
    check_keys(write(tmp_path, 'cudnn_benchmark = True\n'))
    assert 'set env_cfg.cudnn_benchmark' in capsys.readouterr().err


def test_a_config_without_a_file():
    check_both(Config(dict(optimizer=1)))


def test_an_environment_variable(tmp_path):
    file = tmp_path / 'own.py'
    file.write_text("a = {{$NUMBER:3}}\nb = '{{fileBasename}}'\n")
    assert read_chain(file).sets == {'a', 'b'}
