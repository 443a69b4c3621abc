# SPDX-License-Identifier: Apache-2.0
"""From a training checkpoint to a file that is fit to be passed on."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from mmmetaformer.errors import ConfigError

from .files import read_checkpoint, read_weights

__all__ = ['publish', 'read_published', 'save_weights', 'weights_hash']


def publish(source: str, target: str, dtype: torch.dtype | None = None) -> str:
    """Write the weights of a training checkpoint, its config and classes, and no more.

    Optimizer, schedule, hooks and logs stay behind.

    Args:
        source: A checkpoint of mmengine's.
        target: A new `.safetensors` file; or `.pth`, for tools that read no other.
        dtype: Cast floating-point weights to it; None keeps theirs.

    Returns:
        The hash of the weights, as `weights_hash` gives it.

    Raises:
        ConfigError: The source is not such a checkpoint, or the target exists.
    """
    checkpoint = read_checkpoint(source)
    meta = checkpoint.get('meta')
    if not isinstance(meta, Mapping) or 'cfg' not in meta:
        raise ConfigError(
            f'{source} has no config in it: not a checkpoint of a training run'
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
        target: `.safetensors`; or `.pth`: with a config a checkpoint as mmengine's,
            else a plain state dict.
        metadata: `format`, and from a training run `config`, `classes`, `palette` (as
            JSON) and `sha256`.

    Raises:
        ConfigError: The file exists, or its suffix is another.
    """
    path = Path(target)
    if path.exists():
        raise ConfigError(f'{target} exists; remove it or name another file')
    if path.suffix not in ('.safetensors', '.pth'):
        raise ConfigError(f'{target}: a file of weights is .safetensors or .pth')
    path.parent.mkdir(parents=True, exist_ok=True)
    # Tensors that share memory are refused by safetensors and would bloat a .pth.
    dense = torch.contiguous_format
    weights = {k: v.detach().clone(memory_format=dense) for k, v in weights.items()}
    beside = path.with_name(f'.{path.name}.part')
    if path.suffix == '.safetensors':
        save_file(weights, beside, dict(metadata))
    elif 'config' in metadata:
        torch.save({'state_dict': weights, 'meta': _meta(metadata)}, beside)
    else:
        torch.save(weights, beside)
    beside.rename(path)


def read_published(path: str) -> dict[str, Any]:
    """Read a `.safetensors` file as a checkpoint in mmengine's form.

    Returns:
        `state_dict`; and `meta` with `cfg` and `dataset_meta`, as far as it is there.
    """
    with safe_open(path, 'pt') as file:
        metadata = file.metadata() or {}
    return {'state_dict': load_file(path), 'meta': _meta(metadata)}


def weights_hash(weights: Mapping[str, Tensor]) -> str:
    """Hash names, types, shapes and values, whatever file they are in (SHA-256)."""
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
    dataset_meta = {
        key: json.loads(metadata[key])
        for key in ('classes', 'palette')
        if metadata.get(key, 'null') != 'null'
    }
    if dataset_meta:
        meta['dataset_meta'] = dataset_meta
    if 'sha256' in metadata:
        meta['sha256'] = metadata['sha256']
    return meta
