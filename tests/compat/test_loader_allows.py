# SPDX-License-Identifier: Apache-2.0
import pickle

import numpy as np
import pytest
import torch
from mmengine.runner import CheckpointLoader, load_checkpoint
from torch import nn

from mmmetaformer.compat import loader_allows

pytestmark = pytest.mark.faults('checkpoint that runs code or names files')


@pytest.fixture
def _program(monkeypatch):
    """Be a program that allows `getattr`, and has called nothing but the ops."""
    monkeypatch.setattr(CheckpointLoader, 'load_checkpoint', None)
    # mmengine's own reader of files, not that of this project.
    monkeypatch.setitem(CheckpointLoader._schemes, '', load_from_local)
    before = torch.serialization.get_safe_globals()
    torch.serialization.clear_safe_globals()
    torch.serialization.add_safe_globals([getattr])
    loader_allows.install()
    yield
    torch.serialization.clear_safe_globals()
    torch.serialization.add_safe_globals(before)


def load_from_local(filename, map_location):
    torch.serialization.add_safe_globals([nn.Linear])  # as an import inside may do
    return torch.load(filename, map_location=map_location)


@pytest.mark.usefixtures('_program')
def test_mmengine_loads_its_numbers_and_torch_is_as_before(tmp_path):
    path = str(tmp_path / 'epoch_1.pth')
    content = {'best': np.float64(0.5), 'state_dict': nn.Linear(1, 1).state_dict()}
    torch.save(content, path)
    assert load_checkpoint(nn.Linear(1, 1), path)['best'] == 0.5
    with pytest.raises(pickle.UnpicklingError, match='scalar'):
        torch.load(path)
    assert set(torch.serialization.get_safe_globals()) == {getattr, nn.Linear}
    torch.save({'best': Reach()}, path)
    with pytest.raises(pickle.UnpicklingError, match="asks for 'eval'"):
        load_checkpoint(nn.Linear(1, 1), path)
    assert set(torch.serialization.get_safe_globals()) == {getattr, nn.Linear}


class Reach:
    def __reduce__(self):
        return getattr, (nn.Linear, 'eval')
