# SPDX-License-Identifier: Apache-2.0
"""Read the weights in a file, without running code from it."""

import argparse
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from mmmetaformer.errors import ConfigError

from .unreadable import why_unreadable

__all__ = ['Weights', 'find_file', 'read_checkpoint', 'read_weights']

# Keys under which training scripts save the weights, best first: averaged weights,
# weights, then the two networks of self-distillation.
WRAPPERS = ('state_dict_ema', 'model_ema', 'state_dict', 'model', 'teacher', 'student')
# File names in a downloaded folder, best first.
FILE_NAMES = ('model.safetensors', 'pytorch_model.bin')
SUFFIXES = ('.safetensors', '.pth', '.pth.tar', '.bin')


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
            f'{path} is not a checkpoint: {why_unreadable(path, error)}'
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
