# SPDX-License-Identifier: Apache-2.0
import pkgutil
from importlib.machinery import SourceFileLoader

import pytest
from mmcv.utils.ext_loader import check_ops_exist
from mmengine.model import revert_sync_batchnorm
from mmengine.optim import DefaultOptimWrapperConstructor
from mmengine.utils.dl_utils import mmcv_full_available
from torch import nn

from mmmetaformer.compat import find_loader


@pytest.fixture
def removed(monkeypatch):
    """Make `pkgutil` that of Python 3.14, in any Python."""
    monkeypatch.delattr(pkgutil, 'find_loader', raising=False)
    with pytest.raises(AttributeError, match='find_loader'):
        check_ops_exist()  # onedl-mmengine does not need it, onedl-mmcv does


def test_mmengine_and_mmcv_work_without_it(removed):
    find_loader.install()
    assert mmcv_full_available()
    assert check_ops_exist()
    constructor = DefaultOptimWrapperConstructor(
        dict(optimizer=dict(type='SGD', lr=0.1)), dict(bias_lr_mult=2.0)
    )
    constructor(nn.Linear(1, 1))
    revert_sync_batchnorm(nn.Linear(1, 1))


def test_loader_of_a_module(removed):
    find_loader.install()
    loader = pkgutil.find_loader('mmmetaformer.errors')
    assert isinstance(loader, SourceFileLoader)
    assert loader.name == 'mmmetaformer.errors'
    assert pkgutil.find_loader('mmmetaformer.no_such_module') is None


def test_an_existing_function_is_left_alone(monkeypatch):
    def original(fullname):
        return None

    monkeypatch.setattr(pkgutil, 'find_loader', original, raising=False)
    find_loader.install()
    assert pkgutil.find_loader is original
