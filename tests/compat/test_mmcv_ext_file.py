# SPDX-License-Identifier: Apache-2.0
import sys
from importlib.machinery import EXTENSION_SUFFIXES, PathFinder
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from mmmetaformer.commands import run_command
from mmmetaformer.compat.mmcv_ext_file import ext_state, is_ours, remove_ext, write_ext
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
    assert remove_ext() is None
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
    assert remove_ext() == ours
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


def test_without_mmcv_or_with_what_is_left_of_it(mmcv, monkeypatch):
    (mmcv / '__init__.py').unlink()
    monkeypatch.setattr(sys, 'path', [str(mmcv.parent)])
    with pytest.raises(ConfigError, match='mmcv is not installed'):
        write_ext()


def test_a_folder_that_cannot_be_written(mmcv):
    path = write_ext()
    path.unlink()
    path.symlink_to(mmcv / 'no' / 'such' / 'folder')
    with pytest.raises(ConfigError, match=r'cannot write .*_ext\.py: No such file'):
        write_ext()


def test_without_mmmetaformer_it_says_what_to_delete(mmcv, monkeypatch):
    path = write_ext()
    monkeypatch.setitem(sys.modules, 'mmmetaformer.compat.mmcv_ops.program', None)
    with pytest.raises(ImportError, match=f'not installed.*delete {path}'):
        load(path)
