# SPDX-License-Identifier: Apache-2.0
"""Make mmengine read every checkpoint with this project's reader.

mmengine reads http(s) addresses, `torchvision://`, `open-mmlab://`, `mmcls://`,
`pavi://` and `s3://` with `weights_only=False`, or in a way that no allow-list covers:
any of them runs code from the file. It checks no hash and reads no `.safetensors`.
Here all tensors are read to the CPU: who loads them copies them to its own device.
Upstream: mmengine 0.10.7, `mmengine/runner/checkpoint.py`. Remove this file when its
loaders pass `weights_only=True`, check hashes and read this format.
"""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mmengine.fileio import get_file_backend
from mmengine.runner import CheckpointLoader
from mmengine.runner.checkpoint import (
    _get_mmengine_home,
    _process_mmcls_checkpoint,
    get_deprecated_model_names,
    get_external_models,
    get_mmcls_models,
    get_torchvision_models,
)

from mmmetaformer.errors import ConfigError
from mmmetaformer.text import did_you_mean
from mmmetaformer.weights.checksums import check_checksums
from mmmetaformer.weights.files import read_checkpoint
from mmmetaformer.weights.publish import read_published
from mmmetaformer.weights.source import locate

from .checkpoint_claims import drop_claims

__all__ = ['install', 'read']

Checkpoint = dict[str, Any]


def install() -> None:
    """Replace mmengine's loaders. Further calls change nothing."""
    # mmengine logs the part of their names after 'load_from_'.
    for prefixes, load in {
        ('',): load_from_local,
        ('http://', 'https://'): load_from_http,
        ('modelzoo://', 'torchvision://'): load_from_torchvision,
        ('open-mmlab://', 'openmmlab://'): load_from_openmmlab,
        ('mmcls://',): load_from_mmcls,
        ('pavi://',): load_from_pavi,
        (r'(\S+\:)?s3://', r'(\S+\:)?petrel://'): load_from_ceph,
    }.items():
        CheckpointLoader.register_scheme(prefixes, loader=load, force=True)


def read(name: str) -> Checkpoint:
    """Read a checkpoint from a file or any address that mmengine knows, on the CPU.

    Args:
        name: The value of `load_from` or `checkpoint`.

    Raises:
        ConfigError: It cannot be read, or only by running code from it.
    """
    loader: Callable[..., Checkpoint] = CheckpointLoader._get_checkpoint_loader(name)
    return loader(name, 'cpu')


def load_from_local(filename: str, map_location: Any = None) -> Checkpoint:
    """Read a local file."""
    return _read(Path(filename).expanduser())


def load_from_http(filename: str, map_location: Any = None) -> Checkpoint:
    """Download a file, once for all processes, and read it.

    Raises:
        ConfigError: It is not available, is damaged, or could run code.
    """
    path = locate(filename)
    check_checksums(str(path), filename, f'Delete {path} to download it again')
    return _read(path)


def load_from_torchvision(filename: str, map_location: Any = None) -> Checkpoint:
    """Read the weights of a model of torchvision, such as `torchvision://resnet50`."""
    return _named(filename, get_torchvision_models())


def load_from_openmmlab(filename: str, map_location: Any = None) -> Checkpoint:
    """Read the weights of a model in mmengine's list, such as `open-mmlab://vgg16`."""
    scheme, _, name = filename.partition('://')
    name = get_deprecated_model_names().get(name, name)
    return _named(f'{scheme}://{name}', get_external_models())


def load_from_mmcls(filename: str, map_location: Any = None) -> Checkpoint:
    """Read the backbone of one of MMClassification's models."""
    return _process_mmcls_checkpoint(_named(filename, get_mmcls_models()))


def load_from_pavi(filename: str, map_location: Any = None) -> Checkpoint:
    """Read a file from SenseTime's model store."""
    try:
        from pavi import modelcloud
    except ImportError as error:
        raise ConfigError(
            f'{filename} needs the package pavi. Use a local file instead.'
        ) from error
    model = modelcloud.get(filename.removeprefix('pavi://'))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, Path(model.name).name)
        model.download(str(path))
        check_checksums(str(path), filename)
        return _read(path)


def load_from_ceph(
    filename: str, map_location: Any = None, backend: str = 'petrel'
) -> Checkpoint:
    """Read a file from an object store."""
    try:
        store = get_file_backend(filename, backend_args={'backend': backend})
    except ImportError as error:
        raise ConfigError(
            f'{filename} cannot be read: {error}. Use a local file instead.'
        ) from error
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, Path(filename).name)
        path.write_bytes(store.get(filename))
        check_checksums(str(path), filename)
        return _read(path)


def _named(filename: str, known: Mapping[str, str]) -> Checkpoint:
    """Read the checkpoint that mmengine's lists have under a name."""
    scheme, _, name = filename.partition('://')
    if name not in known:
        raise ConfigError(
            f'{filename}: there is no {name!r} under {scheme}://.'
            + did_you_mean(name, known)
        )
    if '://' in known[name]:
        return load_from_http(known[name])
    return load_from_local(str(Path(_get_mmengine_home(), known[name])))


def _read(path: Path) -> Checkpoint:
    if path.suffix == '.safetensors' and path.is_file():
        checkpoint = read_published(str(path))
    else:
        # Not mapped: the optimizer keeps some of the tensors.
        checkpoint = dict(read_checkpoint(path, mapped=False))
    drop_claims(checkpoint)
    return checkpoint
