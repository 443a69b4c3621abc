# SPDX-License-Identifier: Apache-2.0
"""Run an exported file."""

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

__all__ = ['DESCRIPTION', 'THRESHOLD', 'Session', 'open_session']

#: Key of the facts in an ONNX file's metadata; name of the file in a pt2 archive.
DESCRIPTION = 'mmmetaformer'
#: Second input of a detector, and its default among the facts.
THRESHOLD = 'score_threshold'


@dataclass(frozen=True)
class Session:
    """A file that was opened.

    Attributes:
        facts: What it says about itself: classes, sizes, how to feed it.
        run: Maps uint8 RGB images (N, 3, H, W) to the outputs by name. Takes the score
            threshold of a detector as second argument, None for the config's.
    """

    facts: dict[str, Any]
    run: Callable[[np.ndarray, float | None], dict[str, np.ndarray]]


def open_session(path: str | Path, kind: str | None = None) -> Session:
    """Open a file for inference on the CPU.

    Args:
        path: What `export_network` wrote.
        kind: 'onnx' or 'pt2'; default: the end of the name.
    """
    kind = kind or Path(path).suffix[1:]
    return _open_onnx(path) if kind == 'onnx' else _open_pt2(path)


def _open_onnx(path: str | Path) -> Session:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors: not the notes about its optimizations
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(
        str(path), options, providers=['CPUExecutionProvider']
    )
    facts = json.loads(session.get_modelmeta().custom_metadata_map[DESCRIPTION])
    names = [output.name for output in session.get_outputs()]

    def run(image: np.ndarray, threshold: float | None = None) -> dict[str, np.ndarray]:
        feed = {'image': image}
        if threshold is not None:
            feed[THRESHOLD] = np.array(threshold, np.float32)
        return dict(zip(names, session.run(None, feed), strict=True))

    return Session(facts, run)


def _open_pt2(path: str | Path) -> Session:
    files = {f'{DESCRIPTION}.json': ''}
    # A file object: torch checks the end of a path, and one is written under another
    # name first.
    with open(path, 'rb') as file, warnings.catch_warnings():
        # torch's own reading of the bytes: nobody writes into them.
        warnings.filterwarnings('ignore', 'The given buffer is not writable')
        program = torch.export.load(file, extra_files=files)
    facts = json.loads(files[f'{DESCRIPTION}.json'])
    module = program.module()

    def run(image: np.ndarray, threshold: float | None = None) -> dict[str, np.ndarray]:
        feed = [torch.from_numpy(image)]
        if THRESHOLD in facts:
            default = facts[THRESHOLD]
            feed.append(torch.tensor(default if threshold is None else threshold))
        with torch.no_grad():
            outputs = module(*feed)
        return {
            name: output.numpy()
            for name, output in zip(facts['output_names'], outputs, strict=True)
        }

    return Session(facts, run)
