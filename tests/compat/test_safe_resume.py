# SPDX-License-Identifier: Apache-2.0
import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer, MessageHub
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.registry import OPTIMIZERS, PARAM_SCHEDULERS
from torch import nn

from mmmetaformer.compat.safe_resume import install

pytestmark = pytest.mark.faults('checkpoint that runs code or names files')


def saved_and_loaded(content):
    file = io.BytesIO()
    torch.save(content, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


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


class Call:
    """Pickle as the call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


class Build(Call):
    """Pickle as the call of a function, with a state for the result."""

    def __init__(self, state, function, *arguments):
        super().__init__(function, *arguments)
        self.state = state

    def __reduce__(self):
        return (*self.call, self.state)


@pytest.mark.parametrize(
    'dtype', ['O', 'V8', 'S8', 'M8[s]', ('f8', (9,)), [('a', 'O')]]
)
def test_arrays_have_numbers_only(dtype):
    with pytest.raises(pickle.UnpicklingError, match='asks for an array of'):
        saved_and_loaded(Call(np.dtype, dtype))


def test_a_dtype_keeps_the_size_of_its_numbers():
    """Check that a state from the file cannot stretch a number to 1000 of them."""
    state = (3, '<', (np.dtype('f8'), (1000,)), None, None, -1, -1, 0)
    dtype = np.dtype('f8', copy=True)
    dtype.__setstate__(state)
    assert dtype.shape == (1000,)  # what numpy itself does
    stretched = Build(state, np.dtype, 'f8', False, True)
    array = Build((1, (2,), stretched, False, bytes(16)), np.ndarray, 2)
    assert saved_and_loaded(array).tolist() == [0, 0]


@pytest.mark.parametrize('order', '<>')
def test_numbers_in_the_byte_order_of_another_machine_are_refused(order):
    numbers = np.arange(1, 4, dtype=f'{order}f4')
    content = {'array': numbers, 'value': numbers[1], 'bytes': np.arange(3, dtype='u1')}
    if np.dtype(f'{order}f4').isnative:
        read = saved_and_loaded(content)
        assert read['array'].tolist() == [1, 2, 3]
        assert type(read['value']) is np.float32
        assert read['value'] == 2
        assert read['bytes'].tolist() == [0, 1, 2]
    else:
        with pytest.raises(
            pickle.UnpicklingError, match="float32 in the byte order '>'"
        ):
            saved_and_loaded(content)


def test_arrays_from_a_file_are_saved_as_those_of_numpy():
    array = saved_and_loaded(np.arange(6.0).reshape(2, 3).T)
    assert type(pickle.loads(pickle.dumps(array))) is np.ndarray
    again = saved_and_loaded({'array': array})['array']
    assert again.tolist() == [[0, 3], [1, 4], [2, 5]]


def test_what_a_program_allows_under_these_names_is_replaced():
    before = torch.serialization.get_safe_globals()
    try:
        torch.serialization.add_safe_globals([np.dtype, np.ndarray, (len, 'a.b')])
        install()
        now = torch.serialization.get_safe_globals()
        assert np.dtype not in now
        assert (len, 'a.b') in now
        assert saved_and_loaded(np.arange(3)).tolist() == [0, 1, 2]
    finally:
        torch.serialization.clear_safe_globals()
        torch.serialization.add_safe_globals(before)


@pytest.mark.parametrize(
    'change',
    [
        dict(_log_history=[1.0]),
        dict(_log_history=np.ones((1, 1))),
        dict(_count_history=np.ones(2)),
        dict(max_length='x'),
    ],
)
def test_a_buffer_has_its_numbers_only(change):
    buffer = HistoryBuffer([1.0], [1])
    buffer.__dict__.update(change)
    with pytest.raises(pickle.UnpicklingError, match='HistoryBuffer has more or less'):
        saved_and_loaded(buffer)


def test_a_buffer_does_not_replace_the_methods_of_its_class():
    buffer = HistoryBuffer([3.0, 1.0], [1, 1])
    buffer._statistics_methods = {'mean': HistoryBuffer.max}  # of this one only
    loaded = saved_and_loaded(buffer)
    assert type(loaded) is HistoryBuffer
    assert loaded.statistics('mean') == 2.0
    assert HistoryBuffer._statistics_methods['mean'] is HistoryBuffer.mean
    loaded.update(5.0)
    assert loaded.data[0].tolist() == [3, 1, 5]


# What a scheduler needs, apart from its optimizer.
SCHEDULERS: dict[str, dict[str, Any]] = dict(
    ConstantLR=dict(factor=0.5),
    CosineAnnealingLR=dict(T_max=5, eta_min=0.0),
    CosineRestartLR=dict(periods=[2, 4], restart_weights=[1, 0.5], eta_min=0.0),
    ExponentialLR=dict(gamma=0.5),
    LinearLR=dict(start_factor=0.1),
    MultiStepLR=dict(milestones=[2]),
    OneCycleLR=dict(eta_max=0.2, total_steps=10),
    PolyLR=dict(eta_min=0.0),
    ReduceOnPlateauLR=dict(monitor='x'),
    StepLR=dict(step_size=2),
)


def test_every_scheduler_is_tried():
    named = {name for name in PARAM_SCHEDULERS.module_dict if name.endswith('LR')}
    assert named <= {*SCHEDULERS, 'QuadraticWarmupLR'}  # mmdet's: its own registry


@pytest.mark.parametrize('name', SCHEDULERS)
@pytest.mark.parametrize('anneal', ['cos', 'linear'])
def test_every_scheduler_is_resumed(name, anneal):
    options = dict(SCHEDULERS[name])
    if name == 'OneCycleLR':
        options['anneal_strategy'] = anneal
    metrics = [{'x': np.float64(1.0)}] if 'Plateau' in name else []
    rates = []
    for stop in (0, 3):
        optimizer = torch.optim.SGD(nn.Linear(2, 2).parameters(), lr=0.1, momentum=0.9)
        build = PARAM_SCHEDULERS.get(name)
        scheduler = build(optimizer, **options)
        for step in range(1, 7):
            optimizer.step()
            scheduler.step(*metrics)
            if step == stop:
                state = saved_and_loaded(scheduler.state_dict())
                scheduler = build(optimizer, **options)
                optimizer.param_groups[0]['lr'] = rates[step - 1]
                scheduler.load_state_dict(state)
            if not stop:
                rates.append(optimizer.param_groups[0]['lr'])
    assert optimizer.param_groups[0]['lr'] == rates[-1]


# Without those that are no optimizer of their own.
OWN = sorted(set(OPTIMIZERS.module_dict) - {'Optimizer', 'ZeroRedundancyOptimizer'})


@pytest.mark.parametrize('name', OWN)
def test_every_optimizer_is_resumed(name):
    weight = nn.Parameter(torch.ones(3, 2))
    build = OPTIMIZERS.get(name)

    def loss():
        weight.grad = torch.ones(3, 2)
        if name == 'SparseAdam':
            weight.grad = weight.grad.to_sparse()
        return weight.sum()

    optimizer = build([weight])
    loss()
    optimizer.step(loss)
    state = saved_and_loaded(OptimWrapper(optimizer).state_dict())
    again = OptimWrapper(build([weight]))
    again.load_state_dict(state)
    assert again.state_dict()['state'].keys() == state['state'].keys()


def test_a_loss_scale_is_resumed(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    wrapper = AmpOptimWrapper(
        optimizer=torch.optim.SGD(nn.Linear(2, 2).parameters(), lr=0.1)
    )
    state = saved_and_loaded(wrapper.state_dict())
    assert 'loss_scaler' in state
