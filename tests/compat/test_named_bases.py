# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.compat import named_bases
from mmmetaformer.errors import ConfigError
from mmmetaformer.run.config import load_config


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write_config(base):
        (tmp_path / 'own.py').write_text(
            f'_base_ = {base!r}\nrandomness = dict(seed=3)\n'
        )
        return 'own.py'

    return write_config


@pytest.mark.parametrize(
    'name',
    ['upernet_convformer', 'upernet_convformer.py', 'configs/upernet_convformer'],
)
def test_a_base_of_this_package(write, root, name):
    whole = Config.fromfile(root / 'configs/upernet_convformer.py')
    own = load_config(write(f'mmmetaformer::{name}'))
    assert own.pop('randomness') == dict(seed=3)
    assert own.pop('work_dir') == 'work_dirs/own'
    assert own.to_dict() == whole.to_dict()


def test_parts_of_a_recipe(write):
    parts = ['mmmetaformer::_base_/schedules/coco_1x.py']
    assert 'train_cfg' in Config.fromfile(write(parts))


def test_a_misspelt_base(write):
    file = write('mmmetaformer::upernet_convfromer')
    with pytest.raises(ConfigError) as error:
        load_config(file)
    assert str(error.value).endswith(
        "/own.py: _base_: mmmetaformer has no config 'upernet_convfromer'. Did you "
        "mean 'upernet_convformer'?"
    )


def test_other_packages_are_left_to_mmengine(write):
    named_bases.install()  # a second time
    assert Config._get_cfg_path.__module__ == named_bases.__name__
    with pytest.raises(AssertionError, match='nowhere'):
        Config.fromfile(write('nowhere::a/b.py'))
