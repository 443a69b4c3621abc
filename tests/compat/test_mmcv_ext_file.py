# SPDX-License-Identifier: Apache-2.0
import errno
import sys
import sysconfig
from importlib import invalidate_caches
from importlib.machinery import EXTENSION_SUFFIXES, PathFinder
from importlib.util import (
    cache_from_source,
    module_from_spec,
    spec_from_file_location,
)
from pathlib import Path

import pytest

from mmmetaformer.commands import run_command
from mmmetaformer.compat import mmcv_ext_file
from mmmetaformer.compat.mmcv_ext_file import ext_state, is_ours, remove_ext, write_ext
from mmmetaformer.compat.mmcv_folder import (
    installed_mmcvs,
    is_in_environment,
    mmcv_folder,
)
from mmmetaformer.compat.mmcv_ops import install
from mmmetaformer.compat.mmcv_ops.nms import nms
from mmmetaformer.errors import ConfigError


@pytest.fixture
def mmcv(tmp_path, monkeypatch):
    """Return the folder of an mmcv-lite that is found before the real one."""
    folder = tmp_path / 'mmcv'
    folder.mkdir()
    (folder / '__init__.py').touch()
    monkeypatch.delitem(sys.modules, 'mmcv', raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def load(path):
    spec = spec_from_file_location('mmcv._ext', path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_written_file_has_the_ops(mmcv):
    path = write_ext()
    assert path == mmcv / '_ext.py'
    module = load(path)
    assert module.nms is nms
    with pytest.raises(RuntimeError, match='three_nn_forward'):
        module.three_nn_forward()
    assert not hasattr(module, '__path__')


def test_removed_and_written_again(mmcv, capsys):
    assert ext_state() == ('none', mmcv / '_ext.py')
    assert remove_ext() == []
    for _ in range(2):
        run_command('ops', ['install'])
        assert ext_state()[0] == 'ours'
    run_command('ops', ['status'])
    run_command('ops', ['remove'])
    assert ext_state()[0] == 'none'
    run_command('ops', ['remove'])
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f'Wrote {mmcv}/_ext.py: mmcv.ops now works in every program.'
    assert said[2] == f"mmmetaformer's stand-in is installed: {mmcv}/_ext.py"
    assert said[3:] == [f'Deleted {mmcv}/_ext.py.', 'There was no stand-in to remove.']


@pytest.mark.parametrize('suffix', EXTENSION_SUFFIXES)
def test_a_compiled_mmcv_comes_first_and_is_not_replaced(mmcv, suffix):
    ours = write_ext()
    compiled = mmcv / f'_ext{suffix}'
    compiled.touch()
    found = PathFinder.find_spec('mmcv._ext', [str(mmcv)])
    assert found.origin == str(compiled)
    assert ext_state() == ('compiled', compiled)
    with pytest.raises(ConfigError, match='has compiled ops'):
        write_ext()
    # What was written before can still be removed.
    assert remove_ext() == [ours]
    assert compiled.exists()


def test_a_file_of_somebody_else_is_left(mmcv):
    file = mmcv / '_ext.py'
    file.write_text('nms = None\n')
    assert ext_state() == ('foreign', file)
    for change in (write_ext, remove_ext):
        with pytest.raises(ConfigError, match='not from mmmetaformer'):
            change()
    assert file.read_text() == 'nms = None\n'
    assert not is_ours(None)


def test_what_is_left_of_an_mmcv_that_was_uninstalled(mmcv, monkeypatch):
    path = write_ext()
    (mmcv / '__pycache__').mkdir()
    Path(cache_from_source(str(path))).touch()
    (mmcv / '__init__.py').unlink()
    monkeypatch.setattr(sys, 'path', [str(mmcv.parent)])
    invalidate_caches()
    for call in (write_ext, install):
        with pytest.raises(ConfigError, match='mmcv is not installed'):
            call()
    assert remove_ext() == [path]
    assert not mmcv.exists()


def test_a_folder_that_cannot_be_written(mmcv, monkeypatch):
    def refuse(*args):
        raise OSError(errno.EROFS, 'Read-only file system')

    path = write_ext()
    before = path.read_text()
    with monkeypatch.context() as context:
        context.setattr('os.replace', refuse)
        with pytest.raises(ConfigError, match=r'cannot write .*_ext\.py: Read-only'):
            write_ext()
    assert path.read_text() == before
    assert sorted(file.name for file in mmcv.iterdir()) == ['__init__.py', '_ext.py']
    with monkeypatch.context() as context:
        context.setattr(Path, 'unlink', refuse)
        with pytest.raises(ConfigError, match=r'cannot delete .*_ext\.py: Read-only'):
            remove_ext()


def test_a_link_to_nowhere_is_replaced_and_not_followed(mmcv):
    target = mmcv.parent / 'elsewhere.py'
    (mmcv / '_ext.py').symlink_to(target)
    path = write_ext()
    assert is_ours(path)
    assert not path.is_symlink()
    assert not target.exists()


def test_an_mmcv_of_another_environment_and_two_distributions(
    mmcv, monkeypatch, capsys
):
    monkeypatch.setattr(mmcv_ext_file, 'installed_mmcvs', lambda: ['a 1', 'b 2'])
    write_ext()
    said = capsys.readouterr().err
    assert f'{mmcv} is not in this environment' in said
    assert 'a 1 and b 2 are installed and write the same folder' in said
    (mmcv / f'_ext{EXTENSION_SUFFIXES[0]}').touch()
    with pytest.raises(ConfigError, match='a 1 and b 2 are installed'):
        write_ext()


def test_the_mmcv_of_this_environment():
    folder = mmcv_folder()
    names = {one.partition(' ')[0] for one in installed_mmcvs()}
    assert names & {'mmcv', 'mmcv-lite', 'onedl-mmcv'}
    assert is_in_environment(Path(sysconfig.get_paths()['purelib'], 'mmcv'))
    assert not is_in_environment(folder / 'ops')


class Without:
    """Be first on `sys.meta_path`, and do not find one module."""

    def __init__(self, missing):
        self.missing = missing

    def find_spec(self, name, path=None, target=None):
        if name == self.missing:
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)


@pytest.mark.parametrize(
    ('missing', 'words'),
    [
        ('mmmetaformer', 'not installed. Install it, or delete {}.'),
        ('mmmetaformer.compat.mmcv_ops.program', 'another version than {} and has no'),
    ],
)
def test_without_a_fitting_mmmetaformer_it_says_what_to_do(
    mmcv, monkeypatch, missing, words
):
    path = write_ext()
    for name in [name for name in sys.modules if name.startswith(missing)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, 'meta_path', [Without(missing), *sys.meta_path])
    with pytest.raises(ModuleNotFoundError, match=words.format(path)) as caught:
        load(path)
    assert caught.value.name == 'mmcv._ext'


def test_an_error_inside_mmmetaformer_is_not_hidden(mmcv, monkeypatch):
    path = write_ext()
    program = 'mmmetaformer.compat.mmcv_ops.program'
    monkeypatch.delitem(sys.modules, program, raising=False)
    # Loaded or not: from here on as if for the first time.
    monkeypatch.delattr('mmmetaformer.compat.loader_allows', raising=False)
    monkeypatch.delitem(sys.modules, 'mmmetaformer.compat.loader_allows', raising=False)
    monkeypatch.setitem(sys.modules, 'mmengine.runner', None)
    with pytest.raises(ModuleNotFoundError) as caught:
        load(path)
    assert caught.value.name == 'mmengine.runner'
