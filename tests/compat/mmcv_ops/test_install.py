# SPDX-License-Identifier: Apache-2.0
import importlib
import importlib.util
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmcv.ops import box_iou_rotated, get_compiler_version
from mmcv.utils.ext_loader import check_ops_exist
from mmengine.utils.dl_utils import mmcv_full_available

import mmmetaformer
from mmmetaformer.compat import mmcv_ext_file
from mmmetaformer.compat.mmcv_ops import install
from mmmetaformer.errors import ConfigError

ROOT = Path(mmmetaformer.__file__).parents[1]
INSTALL = 'from mmmetaformer.compat.mmcv_ops import install; '


def run_python(code, *paths):
    path = os.pathsep.join(map(str, [*paths, ROOT]))
    run = subprocess.run(
        [sys.executable, '-c', code],
        env={**os.environ, 'PYTHONPATH': path},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_mmdet_imports_after_install():
    out = run_python(
        INSTALL + 'import sys; result = install();'
        'others = ("mmdet", "mmseg", "mmcv.ops", "mmmetaformer.models");'
        'early = [m for m in others if m in sys.modules];'
        'import mmdet.models; print(result, early, mmdet.models.MaskRCNN.__name__)'
    )
    assert out.splitlines()[-1] == 'True [] MaskRCNN'


def fake_mmcv(folder, ext):
    package = folder / 'mmcv'
    package.mkdir()
    (package / '__init__.py').touch()
    (package / '_ext.py').write_text(ext)
    return package


def test_compiled_mmcv_is_not_replaced(tmp_path):
    fake_mmcv(tmp_path, 'nms = "compiled"')
    code = INSTALL + 'print(install()); import mmcv._ext as ext; print(ext.nms)'
    assert run_python(code, tmp_path).split() == ['False', 'compiled']


def test_compiled_mmcv_that_fails_to_load_is_not_replaced(tmp_path, monkeypatch):
    package = fake_mmcv(tmp_path, 'raise ImportError("undefined symbol")')
    monkeypatch.setattr(sys.modules['mmcv'], '__path__', [str(package)])
    monkeypatch.delitem(sys.modules, 'mmcv._ext')
    assert not install()
    assert 'mmcv._ext' not in sys.modules


def test_second_install_changes_nothing(tmp_path, monkeypatch, caplog):
    # An mmcv-lite without the file that `mmmetaformer ops install` writes.
    monkeypatch.setattr(sys.modules['mmcv'], '__path__', [str(tmp_path)])
    monkeypatch.delitem(sys.modules, 'mmcv._ext')
    with caplog.at_level(logging.INFO, logger='mmmetaformer'):
        assert install()
        ext = sys.modules['mmcv._ext']
        assert install()
    assert sys.modules['mmcv._ext'] is ext
    assert len(caplog.messages) == 1


def test_the_file_of_the_ops_command_is_the_stand_in(tmp_path, monkeypatch):
    (tmp_path / '_ext.py').write_text(mmcv_ext_file.TEXT)
    monkeypatch.setattr(sys.modules['mmcv'], '__path__', [str(tmp_path)])
    monkeypatch.delitem(sys.modules, 'mmcv._ext')
    assert install()
    assert 'mmcv._ext' not in sys.modules


def test_without_mmcv_install_fails(monkeypatch):
    monkeypatch.setitem(sys.modules, 'mmcv', None)
    with pytest.raises(ConfigError, match='mmcv is not installed'):
        install()


@pytest.mark.filterwarnings('ignore:.*find_loader:DeprecationWarning')
def test_import_tools_see_a_module():
    ext = importlib.import_module('mmcv._ext')
    assert importlib.util.find_spec('mmcv._ext') is ext.__spec__
    assert mmcv_full_available()
    assert check_ops_exist()
    # With one of these, Python would treat the module as a package, or worse.
    for name in ('__path__', '__all__', '__wrapped__', '_repr_html_'):
        assert not hasattr(ext, name)


def test_missing_op_raises_when_called():
    ext = importlib.import_module('mmcv._ext')
    op = ext.three_nn_forward
    with pytest.raises(RuntimeError, match=r'(?s)three_nn_forward.*pip install'):
        op(torch.zeros(1), b=1)
    boxes = torch.zeros(1, 5)
    with pytest.raises(RuntimeError, match=r'mmcv\._ext\.box_iou_rotated'):
        box_iou_rotated(boxes, boxes)


def test_environment_report_names_the_stand_in():
    assert 'mmmetaformer' in get_compiler_version()
    collect_env = importlib.import_module('mmcv.utils').collect_env
    assert 'torchvision' in collect_env()['MMCV Compiler']
