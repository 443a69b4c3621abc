# SPDX-License-Identifier: Apache-2.0
import argparse
import os
import pickle
import warnings

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from safetensors.torch import save_file
from torch import nn

from mmmetaformer.errors import ConfigError
from mmmetaformer.weights.files import (
    WRAPPERS,
    find_file,
    read_checkpoint,
    read_weights,
)


@pytest.mark.parametrize('skipped', range(len(WRAPPERS)))
def test_the_best_wrapper_wins(save, skipped):
    """Check that averaged weights come before weights, and these before networks."""
    order = (
        'state_dict_ema',
        'model_ema',
        'state_dict',
        'model',
        'teacher',
        'student',
    )[skipped:]
    content = {key: {key: torch.ones(1)} for key in reversed(order)}
    weights = read_weights(save(content))
    assert weights.wrapper == order[0]
    assert list(weights.tensors) == [order[0]]


def test_options_of_the_training_script_are_allowed(save):
    content = {'model': {'a': torch.ones(1)}, 'args': argparse.Namespace(lr=0.1)}
    assert list(read_weights(save(content)).tensors) == ['a']


def test_a_folder_of_the_hub_is_read_as_safetensors(tmp_path):
    save_file({'a': torch.ones(1)}, tmp_path / 'model.safetensors')
    torch.save({'b': torch.ones(1)}, tmp_path / 'pytorch_model.bin')
    torch.save({'c': torch.ones(1)}, tmp_path / 'optimizer.pth')
    assert find_file(str(tmp_path)) == tmp_path / 'model.safetensors'
    (tmp_path / 'model.safetensors').unlink()
    assert find_file(str(tmp_path)) == tmp_path / 'pytorch_model.bin'


def test_a_folder_must_have_one_file(tmp_path):
    with pytest.raises(ConfigError, match='weights: none'):
        find_file(str(tmp_path))
    (tmp_path / 'log.txt').touch()
    (tmp_path / 'epoch_1.pth').touch()
    assert find_file(str(tmp_path)) == tmp_path / 'epoch_1.pth'
    (tmp_path / 'epoch_2.pth').touch()
    with pytest.raises(ConfigError, match=r'weights: epoch_1\.pth, epoch_2\.pth'):
        find_file(str(tmp_path))


class Call:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    ('content', 'what'),
    [
        (Call(os.system, 'true'), 'posix.system'),
        (Call(eval, '1'), 'eval'),
        (Call(getattr, HistoryBuffer, 'x'), "it asks for 'x' of HistoryBuffer)"),
        (Call(np.dtype, 'O'), "it asks for an array of 'O'"),
        (nn.Linear(1, 1), 'torch.nn.modules.linear.Linear'),
    ],
)
@pytest.mark.parametrize('in_zip', [True, False])
def test_the_message_says_what_was_refused(tmp_path, content, what, in_zip):
    path = tmp_path / 'model.pth'
    torch.save({'a': content}, path, _use_new_zipfile_serialization=in_zip)
    with pytest.raises(ConfigError) as error:
        read_checkpoint(path)
    said = str(error.value)
    assert f'it contains more than weights ({what}' in said
    assert 'which could run code, and is not loaded. Ask its author' in said
    assert 'weights_only' not in said
    assert '\n' not in said


def test_a_pickle_of_another_protocol(tmp_path):
    path = tmp_path / 'model.pkl'
    path.write_bytes(pickle.dumps({'a': Call(os.system, 'true')}, protocol=4))
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        with pytest.raises(ConfigError, match='a pickle in another protocol'):
            read_checkpoint(path)
