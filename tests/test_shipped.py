# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from mmmetaformer import shipped
from mmmetaformer.shipped import configs_in, find_by_name, shipped_folder


def test_names_are_unique(root):
    files = [p for p in root.glob('configs/**/*.py') if '_base_' not in p.parts]
    assert len(configs_in(root / 'configs')) == len(files) > 90


def test_in_a_checkout(root):
    assert shipped_folder() == root / 'configs'
    assert shipped_folder('requirements') == root / 'requirements'
    assert shipped_folder('no_such_folder') is None


def test_in_a_wheel(tmp_path, monkeypatch):
    """A folder `configs` beside an installed package is that of another project."""
    package = tmp_path / 'site-packages/mmmetaformer'
    (package / '.mim/configs').mkdir(parents=True)
    (package.parent / 'configs').mkdir()
    monkeypatch.setattr(shipped, 'PACKAGE', package)
    assert shipped_folder() is None
    (package / '.mim/model-index.yml').touch()
    assert shipped_folder() == package / '.mim/configs'


@pytest.mark.parametrize('name', ['', '.py', '/upernet_convformer', '../README'])
def test_what_is_no_name(root, name):
    assert find_by_name(root / 'configs', name) is None
    assert find_by_name(Path('nowhere'), 'upernet_convformer') is None
