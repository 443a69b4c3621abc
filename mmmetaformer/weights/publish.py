# SPDX-License-Identifier: Apache-2.0
"""Turn a training checkpoint into a file for publication."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from mmmetaformer.errors import ConfigError

from .files import read_checkpoint, read_weights

__all__ = [
    'publish',
    'published_meta',
    'read_published',
    'save_weights',
    'weights_hash',
]


def publish(source: str, target: str, dtype: torch.dtype | None = None) -> str:
    """Write the weights, config and classes of a training checkpoint to a new file.

    Optimizer, schedule, hooks and logs are left out.

    Args:
        source: A checkpoint that mmengine saved.
        target: A new `.safetensors` file; or `.pth`, for tools that read only this.
        dtype: Cast floating-point weights to it; None keeps their dtypes.

    Returns:
        The `weights_hash` of the new weights.

    Raises:
        ConfigError: The source is not such a checkpoint, or the target exists.
    """
    checkpoint = read_checkpoint(source)
    meta = checkpoint.get('meta')
    if not isinstance(meta, Mapping) or 'cfg' not in meta:
        raise ConfigError(
            f'{source} has no config in it; expected a checkpoint that a training run '
            'saved. For weights alone, use the command convert.'
        )
    weights = {
        key: value.to(dtype) if dtype and value.is_floating_point() else value
        for key, value in read_weights(source).tensors.items()
    }
    dataset_meta = meta.get('dataset_meta') or {}
    digest = weights_hash(weights)
    metadata = {
        'format': 'pt',
        'config': meta['cfg'],
        'classes': json.dumps(dataset_meta.get('classes')),
        'palette': json.dumps(dataset_meta.get('palette')),
        'sha256': digest,
    }
    save_weights(weights, target, metadata)
    return digest


def save_weights(
    weights: Mapping[str, Tensor], target: str, metadata: Mapping[str, str]
) -> None:
    """Write weights to a new file.

    Args:
        weights: A state dict.
        target: A `.safetensors` file; or `.pth`, which with a config becomes a
            checkpoint in mmengine's form, else a plain state dict.
        metadata: `format`, and from a training run `config`, `classes`, `palette` (as
            JSON) and `sha256`.

    Raises:
        ConfigError: The file exists, or has another suffix.
    """
    path = Path(target)
    if path.exists():
        raise ConfigError(
            f'{target} already exists. Delete it, or choose another file.'
        )
    if path.suffix not in ('.safetensors', '.pth'):
        raise ConfigError(f'{target}: expected a file name in .safetensors or .pth')
    path.parent.mkdir(parents=True, exist_ok=True)
    # Clones: safetensors refuses tensors that share memory, torch saves all of it.
    dense = torch.contiguous_format
    weights = {k: v.detach().clone(memory_format=dense) for k, v in weights.items()}
    part = path.with_name(f'.{path.name}.part')
    if path.suffix == '.safetensors':
        save_file(weights, part, dict(metadata))
    elif 'config' in metadata:
        torch.save({'state_dict': weights, 'meta': _meta(metadata)}, part)
    else:
        torch.save(weights, part)
    part.rename(path)


def read_published(path: str) -> dict[str, Any]:
    """Read a `.safetensors` file as a checkpoint in mmengine's form.

    Returns:
        `state_dict`; and `meta` with `cfg` and `dataset_meta`, if the file has them.
    """
    return {'state_dict': load_file(path), 'meta': published_meta(path)}


def published_meta(path: str) -> dict[str, Any]:
    """Return the `meta` of `read_published`, without reading the weights."""
    with safe_open(path, 'pt') as file:
        return _meta(file.metadata() or {})


def weights_hash(weights: Mapping[str, Tensor]) -> str:
    """Return the SHA-256 of keys, dtypes, shapes and values, in any file format."""
    digest = hashlib.sha256()
    for key in sorted(weights):
        value = weights[key].detach().cpu().contiguous()
        digest.update(f'{key} {value.dtype} {tuple(value.shape)}\n'.encode())
        digest.update(value.flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _meta(metadata: Mapping[str, str]) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    if 'config' in metadata:
        meta['cfg'] = metadata['config']
    dataset_meta = {}
    for key in ('classes', 'palette'):
        # Another program may write something else by this name.
        with suppress(ValueError):
            dataset_meta[key] = json.loads(metadata.get(key, 'null'))
    dataset_meta = {key: value for key, value in dataset_meta.items() if value}
    if dataset_meta:
        meta['dataset_meta'] = dataset_meta
    if 'sha256' in metadata:
        meta['sha256'] = metadata['sha256']
    return meta
