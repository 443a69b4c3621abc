# SPDX-License-Identifier: Apache-2.0
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer, MessageHub


def test_weights_only_reads_the_message_hub(tmp_path):
    hub = MessageHub('test_safe_resume')
    for loss in (3.0, 2.0, 1.0):
        hub.update_scalar('train/loss', loss)
    hub.update_info('best', np.float64(0.5))
    hub.update_info('counts', np.arange(3))
    hub.update_info('flag', np.bool_(True))
    path = tmp_path / 'epoch_1.pth'
    torch.save({'message_hub': hub.state_dict()}, path)
    state = torch.load(path, weights_only=True)['message_hub']
    assert state['log_scalars']['train/loss'].mean() == 2.0
    assert state['runtime_info']['best'] == 0.5
    assert state['runtime_info']['counts'].tolist() == [0, 1, 2]


@pytest.mark.parametrize('kind', ['bool', 'int32', 'int64', 'float32', 'float64'])
def test_numpy_numbers_of_every_dtype_are_read(tmp_path, kind):
    path = tmp_path / 'epoch_1.pth'
    torch.save({'value': np.ones(1, kind)[0], 'array': np.ones(2, kind)}, path)
    state = torch.load(path, weights_only=True)
    assert state['value'] == 1
    assert state['array'].dtype == kind


def test_checkpoints_from_numpy_1_are_read(tmp_path):
    """Rename the paths in a pickle to those that numpy 1 wrote."""
    path = tmp_path / 'epoch_1.pth'
    content = {'value': np.float64(0.5), 'array': np.arange(3)}
    # The format before zip files: its paths are plain text without a length.
    torch.save(content, path, _use_new_zipfile_serialization=False)
    old = path.read_bytes().replace(b'numpy._core.', b'numpy.core.')
    assert b'numpy.core.multiarray' in old
    path.write_bytes(old)
    state = torch.load(path, weights_only=True)
    assert state['value'] == 0.5
    assert state['array'].tolist() == [0, 1, 2]


class Payload:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (Path(self.path),)


def test_code_in_a_file_is_still_refused(tmp_path):
    proof = tmp_path / 'executed'
    path = tmp_path / 'evil.pth'
    torch.save({'state_dict': Payload(str(proof))}, path)
    with pytest.raises(pickle.UnpicklingError):
        torch.load(path, weights_only=True)
    assert not proof.exists()


class Reach:
    """Pickle as a `getattr` for something that is not in a message hub."""

    def __init__(self, owner, name):
        self.arguments = owner, name

    def __reduce__(self):
        return getattr, self.arguments


@pytest.mark.parametrize(
    ('owner', 'name'), [(HistoryBuffer, '__init__'), (np.ndarray, 'mean')]
)
def test_getattr_is_limited_to_the_methods_of_a_buffer(tmp_path, owner, name):
    path = tmp_path / 'evil.pth'
    torch.save({'state_dict': Reach(owner, name)}, path)
    with pytest.raises(pickle.UnpicklingError, match=f'asks for {name!r}'):
        torch.load(path, weights_only=True)
