# SPDX-License-Identifier: Apache-2.0
"""Read the weights in a file, without running code from it."""

import argparse
import re
import warnings
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

# Keys under which training scripts save the weights, best first: averaged weights,
# weights, then the two networks of self-distillation.
WRAPPERS = ('state_dict_ema', 'model_ema', 'state_dict', 'model', 'teacher', 'student')
# File names in a downloaded folder, best first.
FILE_NAMES = ('model.safetensors', 'pytorch_model.bin')
SUFFIXES = ('.safetensors', '.pth', '.pth.tar', '.bin')
PICKLE = b'\x80'  # first byte of a pickle that is not in a zip file
OTHER_PICKLE = 'a pickle in another protocol than torch.save writes'
LFS_POINTER = b'version https://git-lfs'
ZIP = b'PK\x03\x04'  # how a file of torch.save begins
GLOBAL = re.compile(r'GLOBAL (\S+)')  # what torch's unpickler calls a name in a file


@dataclass(frozen=True)
class Weights:
    """The weights in a file.

    Attributes:
        tensors: By the keys in the file.
        wrapper: Key of the dict that contains them; empty for the top level.
    """

    tensors: dict[str, Tensor]
    wrapper: str


def find_file(path: str) -> Path:
    """Return the file with the weights: `path`, or the only such file in that folder.

    Raises:
        ConfigError: `path` does not exist, or is a folder with none or several.
    """
    given = Path(path)
    if given.is_file():
        return given
    if not given.is_dir():
        raise ConfigError(f'checkpoint {path} does not exist')
    for name in FILE_NAMES:
        if (given / name).is_file():
            return given / name
    found = sorted(f for f in given.iterdir() if f.name.endswith(SUFFIXES))
    if len(found) != 1:
        names = ', '.join(f.name for f in found) or 'none'
        raise ConfigError(
            f'checkpoint {path} is a folder with these files of weights: {names}. '
            'Expected exactly one; set checkpoint to the path of a file.'
        )
    return found[0]


def read_checkpoint(path: str | Path, mapped: bool = True) -> Mapping[str, Any]:
    """Read a file that torch or safetensors wrote, on the CPU, and run no code from it.

    Args:
        path: A local file.
        mapped: Leave tensors in the file until they are used. Without it, the file may
            change afterwards.

    Raises:
        ConfigError: The file cannot be read, or only by running code from it.
    """
    path = Path(path)
    if not path.is_file():
        raise ConfigError(f'checkpoint file {path} does not exist')
    try:
        if path.suffix == '.safetensors':
            return load_file(path)
        # timm's and DINO's training scripts save their options with the weights.
        with (
            torch.serialization.safe_globals([argparse.Namespace]),
            warnings.catch_warnings(),
        ):
            # Of pickles in another protocol, which it cannot read anyway.
            warnings.filterwarnings('ignore', 'Detected pickle protocol')
            checkpoint = torch.load(
                path,
                map_location='cpu',
                weights_only=True,
                mmap=mapped and zipfile.is_zipfile(path),
            )
    # torch's unpickler raises exceptions of any type.
    except Exception as error:
        raise ConfigError(
            f'{path} is not a checkpoint: {_reason(path, error)}'
        ) from error
    if not isinstance(checkpoint, Mapping):
        raise ConfigError(
            f'{path} is not a checkpoint: it contains a {type(checkpoint).__name__}, '
            'expected a dict'
        )
    return checkpoint


def read_weights(path: str | Path) -> Weights:
    """Read the weights in a file, from the top level or from one of WRAPPERS.

    Raises:
        ConfigError: The file cannot be read, or contains no weights.
    """
    checkpoint = read_checkpoint(path)
    for wrapper in WRAPPERS:
        inner = checkpoint.get(wrapper)
        if isinstance(inner, Mapping) and _tensors(inner):
            return Weights(_tensors(inner), wrapper)
    tensors = _tensors(checkpoint)
    if not tensors:
        raise ConfigError(
            f'{path} contains no weights: its keys are {list(checkpoint)}. Expected '
            f'tensors there or under one of {", ".join(WRAPPERS)}.'
        )
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
            'it is a web page, which a server may send instead of the file. Delete it '
            'and download it again.'
        )
    if start.startswith(LFS_POINTER):
        return 'it is a Git LFS pointer. Get the file itself with `git lfs pull`.'
    if not start:
        return 'it is empty. Delete it and download it again.'
    if 'TorchScript' in str(error):
        return 'it is a TorchScript program. Save its state_dict() and use that file.'
    refused = _refused(error, start)
    if refused:
        return (
            f'it contains more than weights ({refused}), which could run code, and is '
            'not loaded. Ask its author for the weights alone: a state dict, or a '
            '.safetensors file.'
        )
    if isinstance(error, (SafetensorError, EOFError)) or start.startswith(ZIP):
        problem = str(error).partition('\n')[0].rstrip('.') or type(error).__name__
        return (
            f'{problem}. Its download may be incomplete: delete it and download it '
            'again.'
        )
    return (
        f'it starts with {start[:16]!r} ({type(error).__name__}). Expected a file from '
        'torch.save or safetensors.'
    )


def _refused(error: Exception, start: bytes) -> str:
    """Return what torch's unpickler refused in a file, '' if that was not the reason.

    Its message advises `weights_only=False`, which would run the code. The exception
    behind it has the reason alone.
    """
    reason = error.__context__
    if not isinstance(error, UnpicklingError) or reason is None:
        return ''
    words = str(reason).partition('\n')[0]
    if words.startswith('Unsupported operand'):
        return OTHER_PICKLE if start.startswith((PICKLE, ZIP)) else ''
    name = GLOBAL.search(words)
    return name[1] if name else words.rstrip('.')
