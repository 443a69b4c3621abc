# SPDX-License-Identifier: Apache-2.0
"""Measure how fast a folder is predicted on, beside the bare model.

Usage: python tests/predict/rate.py CHECKPOINT FOLDER [ROUNDS]

In turn: what `tools/predict.py` does, from the files to pictures, label maps and json,
and the host's `test_step` on images that are prepared already. Prints the images per
second of both and the median of the ratios of neighbours, with the least and the most.
For docs/predict.md.
"""

import os
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import torch
from mmengine.registry import DefaultScope

from mmmetaformer.predict.files import find_images
from mmmetaformer.predict.items import items_of
from mmmetaformer.predict.load import load_model
from mmmetaformer.predict.outputs import Outputs, names_for
from mmmetaformer.predict.predictor import SCORE, Loaded, Predictor
from mmmetaformer.predict.stream import Failure, stream
from mmmetaformer.predict.write import KINDS, Writer


def whole(model: Predictor, files: list[str], folder: str) -> float:
    """Return the images per second from the files to the predictions."""
    outputs = Outputs(Path(folder))
    items = items_of(
        list(zip(range(len(files)), files, names_for(files, [folder]), strict=True))
    )
    start = time.perf_counter()
    with closing(Writer(outputs, KINDS, range(len(model.names)))) as writer:
        for item, answer in stream(
            model,
            items,
            writer,
            score=SCORE,
            batch_size=1,
            tiles=None,
            threads=os.cpu_count() or 1,
        ):
            if isinstance(answer, Failure):
                sys.exit(f'{item.file}: {answer.words}')
    return len(files) / (time.perf_counter() - start)


def bare(model: Predictor, scope: str, ready: list[Loaded]) -> float:
    """Return the images per second of the model alone."""
    step: Any = model.model.test_step
    start = time.perf_counter()
    with torch.inference_mode(), DefaultScope.overwrite_default_scope(scope):
        for one in ready:
            assert one.data is not None
            step({key: [value] for key, value in one.data.items()})
    return len(ready) / (time.perf_counter() - start)


def measure(checkpoint: str, folder: str, rounds: int) -> None:
    """Measure both and print."""
    model = load_model(checkpoint)
    scope = 'mmseg' if model.segments else 'mmdet'
    files = list(find_images([folder]))
    ready = [model.load(file) for file in files]
    bare(model, scope, ready[:1])  # warm up
    rates = []
    with tempfile.TemporaryDirectory() as out:
        for _ in range(rounds):
            rates.append((whole(model, files, out), bare(model, scope, ready)))
    for name, values in zip(('tool', 'model'), zip(*rates, strict=True), strict=True):
        print(f'{name}: {statistics.median(values):.3f} images/s')
    ratios = sorted(one / other for one, other in rates)
    print(
        f'{len(files)} images, {rounds} rounds, ratio {statistics.median(ratios):.3f} '
        f'({ratios[0]:.3f} to {ratios[-1]:.3f})'
    )


if __name__ == '__main__':
    measure(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 5)
