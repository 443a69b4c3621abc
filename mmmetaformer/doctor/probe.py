# SPDX-License-Identifier: Apache-2.0
"""Import modules in a process of its own, and write down what comes of it.

Each line of the file is a JSON object: `{"start": NAME}` before an import, and what was
found after it. So the parent knows at which one a process ended.
"""

import importlib
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from typing import Any, TextIO

__all__ = ['main', 'probe']

#: Bytes of a module's messages that are kept.
MOST = 4000


def main(path: str, names: list[str]) -> None:
    """Import modules one after the other.

    Args:
        path: The file to write.
        names: The modules.
    """
    with open(path, 'a', encoding='utf-8') as file, tempfile.TemporaryFile() as said:
        # Also what C code prints.
        os.dup2(said.fileno(), sys.stdout.fileno())
        os.dup2(said.fileno(), sys.stderr.fileno())
        for name in names:
            _write(file, {'start': name})
            before = said.seek(0, os.SEEK_END)
            found = probe(name)
            sys.stdout.flush()
            sys.stderr.flush()
            said.seek(before)
            found['said'] = said.read(MOST).decode('utf-8', 'replace')
            _write(file, found)
    os._exit(0)  # what a broken library does at its end tells nothing


def probe(name: str) -> dict[str, Any]:
    """Import a module, and return its version, its file, its facts or its error."""
    found: dict[str, Any] = {'name': name}
    package = name.partition('.')[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            if package in ('mmdet', 'mmseg'):
                from mmmetaformer import compat

                compat.install()
            module = importlib.import_module(name)
            root = sys.modules[package]
            found['version'] = str(getattr(root, '__version__', ''))
            found['file'] = str(getattr(module, '__file__', None) or '')
            if package in FACTS:
                found.update(FACTS[package]())
    except BaseException as error:  # all of them are findings, `SystemExit` too
        cause = error.__cause__ or error.__context__
        words = [f'{type(one).__name__}: {one}' for one in (error, cause) if one]
        found['error'] = '\n'.join(words)
    return found


def _torch() -> dict[str, Any]:
    import torch

    gpus = range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
    return {
        'cuda': torch.version.cuda or getattr(torch.version, 'hip', None) or '',
        'gpus': [torch.cuda.get_device_name(index) for index in gpus],
    }


def _torchvision() -> dict[str, Any]:
    import torch
    from torchvision.ops import nms

    nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
    return {}


def _mmcv() -> dict[str, Any]:
    from mmmetaformer.compat import mmcv_ops

    stand_in = mmcv_ops.install()
    extension = importlib.import_module('mmcv._ext')
    if stand_in:
        return {'ops': 'torchvision', 'extension': getattr(extension, '__file__', '')}
    return {'ops': 'mmcv', 'cuda': extension.get_compiling_cuda_version()}


FACTS: dict[str, Callable[[], dict[str, Any]]] = {
    'torch': _torch,
    'torchvision': _torchvision,
    'mmcv': _mmcv,
}


def _write(file: TextIO, content: dict[str, Any]) -> None:
    file.write(json.dumps(content) + '\n')
    file.flush()
