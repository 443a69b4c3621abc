# SPDX-License-Identifier: Apache-2.0
"""Reading the weights in a file, and nothing that would run code."""

import argparse
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from mmmetaformer.errors import ConfigError

from .download import HTML

__all__ = ['Weights', 'find_file', 'read_checkpoint', 'read_weights']

# Where training scripts keep the weights, best first: an average of the weights, then
# the weights, then the two networks of self-distillation.
WRAPPERS = ('state_dict_ema', 'model_ema', 'state_dict', 'model', 'teacher', 'student')
# What a downloaded folder may hold, best first.
FILE_NAMES = ('model.safetensors', 'pytorch_model.bin')
SUFFIXES = ('.safetensors', '.pth', '.pth.tar', '.bin')
PICKLE = b'\x80'  # how a pickle that is not in a zip file begins
LFS_POINTER = b'version https://git-lfs'


@dataclass(frozen=True)
class Weights:
    """The weights in a file.

    Attributes:
        tensors: By the names that the file has.
        wrapper: Key that they lay under; empty for the top.
    """

    tensors: dict[str, Tensor]
    wrapper: str


def find_file(path: str) -> Path:
    """Find the file with the weights: a file as it is, or the one in a folder.

    Raises:
        ConfigError: Nothing there, or a folder with none or several.
    """
    given = Path(path)
    if given.is_file():
        return given
    if not given.is_dir():
        raise ConfigError(f'there is no checkpoint {path}')
    for name in FILE_NAMES:
        if (given / name).is_file():
            return given / name
    found = sorted(f for f in given.iterdir() if f.name.endswith(SUFFIXES))
    if len(found) != 1:
        names = ', '.join(f.name for f in found) or 'none'
        raise ConfigError(
            f'the folder {path} holds not one file with weights but {names}; name one'
        )
    return found[0]


def read_checkpoint(path: str | Path) -> Mapping[str, Any]:
    """Read a file that torch or safetensors wrote, on the CPU.

    Raises:
        ConfigError: It cannot be read, or only by running code that it holds.
    """
    path = Path(path)
    if not path.is_file():
        raise ConfigError(f'there is no checkpoint file {path}')
    try:
        if path.suffix == '.safetensors':
            return load_file(path)
        # timm's and DINO's training scripts save their options beside the weights.
        with torch.serialization.safe_globals([argparse.Namespace]):
            checkpoint = torch.load(
                path,
                map_location='cpu',
                weights_only=True,
                mmap=zipfile.is_zipfile(path),
            )
    # torch's unpickler raises whatever it stumbles over.
    except Exception as error:
        raise ConfigError(f'{path} is no checkpoint: {_reason(path, error)}') from error
    if not isinstance(checkpoint, Mapping):
        raise ConfigError(f'{path} holds a {type(checkpoint).__name__}, no checkpoint')
    return checkpoint


def read_weights(path: str | Path) -> Weights:
    """Read the weights in a file, out of the wrapper that it has around them.

    Raises:
        ConfigError: It cannot be read, or holds no weights.
    """
    checkpoint = read_checkpoint(path)
    for wrapper in WRAPPERS:
        inner = checkpoint.get(wrapper)
        if isinstance(inner, Mapping) and _tensors(inner):
            return Weights(_tensors(inner), wrapper)
    tensors = _tensors(checkpoint)
    if not tensors:
        raise ConfigError(f'{path} holds no weights: its keys are {list(checkpoint)}')
    return Weights(tensors, '')


def _tensors(mapping: Mapping[str, Any]) -> dict[str, Tensor]:
    return {
        key: value
        for key, value in mapping.items()
        if isinstance(key, str) and isinstance(value, Tensor)
    }


def _reason(path: Path, error: Exception) -> str:
    with open(path, 'rb') as file:
        start = file.read(64)
    if start.lstrip().lower().startswith(HTML):
        return (
            'it is a web page, such as a server sends in place of a file that it does '
            'not give out; remove it and download it again'
        )
    if start.startswith(LFS_POINTER):
        return 'it is a Git LFS pointer; fetch the file itself (git lfs pull)'
    if not start:
        return 'it is empty'
    if 'TorchScript' in str(error):
        return 'it is a TorchScript program; save its state_dict() and name that'
    refused = re.search(r'Unsupported (?:global|class)[^.]*?(\S+\.\S+)', str(error))
    if refused or (isinstance(error, UnpicklingError) and start[:1] == PICKLE):
        what = f' ({refused[1]})' if refused else ''
        return (
            f'it holds more than weights{what} and could run code when read with '
            'torch.load(weights_only=False); ask its author for the weights alone'
        )
    if isinstance(error, (SafetensorError, EOFError)) or zipfile.is_zipfile(path):
        return f'{error}; was its download cut off? Remove it and download it again'
    return f'it starts with {start[:16]!r} ({type(error).__name__})'
