# SPDX-License-Identifier: Apache-2.0
"""Measure the memory of predicting on one large image.

Usage: python tests/predict/memory.py [CONFIG [SIDE [TILE]]]

Runs `tools/predict.py` on an image of SIDE x SIDE pixels (10000) in tiles of TILE
pixels (1024), with the untrained model of CONFIG, a segmentor's (upernet_convformer).
Prints the time, and the most memory that its processes had in RAM together. For
docs/predict.md.
"""

import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import torch

from mmmetaformer import compat
from mmmetaformer.models.build import build_model
from mmmetaformer.run.config import load_config
from mmmetaformer.run.find_config import find_config

ROOT = Path(__file__).parents[2]


def write_checkpoint(config: str, file: Path) -> None:
    """Write a checkpoint of a config's model, untrained, as training writes one."""
    compat.install()
    cfg = load_config(str(find_config(config, 'config')))
    cfg.model.backbone.init_cfg = None
    model = build_model(cfg.model, cfg.default_scope)
    names = [f'class {i}' for i in range(cfg.model.decode_head.num_classes)]
    colours = [(i, 255 - i, 50) for i in range(len(names))]
    data = dict(classes=names, palette=colours)
    meta = dict(cfg=cfg.pretty_text, iter=1, epoch=0, dataset_meta=data)
    torch.save(dict(state_dict=model.state_dict(), meta=meta), file)


def write_image(side: int, file: Path) -> None:
    """Write an image of coarse noise."""
    noise = np.random.default_rng(0).integers(256, size=(side // 50, side // 50, 3))
    cv2.imwrite(str(file), cv2.resize(noise.astype(np.uint8), (side, side)))


def tree_of(pid: int) -> list[int]:
    """Return a process and all that it started."""
    found = [pid]
    for task in Path(f'/proc/{pid}/task').glob('*/children'):
        for child in task.read_text().split():
            found += tree_of(int(child))
    return found


def resident(pid: int) -> int:
    """Return the bytes of a process in RAM, its part of what is shared."""
    for line in Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines():
        if line.startswith('Pss:'):
            return int(line.split()[1]) * 1024
    return 0


def measure(config: str, side: int, tile: int) -> None:
    """Run the tool and print."""
    with tempfile.TemporaryDirectory() as folder:
        checkpoint, image = Path(folder, 'model.pth'), Path(folder, 'large.png')
        write_checkpoint(config, checkpoint)
        write_image(side, image)
        words = [checkpoint, image, '--device', 'cpu', '--tile', tile]
        words += ['--out', Path(folder, 'out')]
        start, most = time.monotonic(), 0
        tool = subprocess.Popen(
            [sys.executable, ROOT / 'tools/predict.py', *map(str, words)]
        )
        while tool.poll() is None:
            # A process may end while it is looked at.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                most = max(most, sum(map(resident, tree_of(tool.pid))))
            time.sleep(0.2)
        written = sorted(file.name for file in Path(folder, 'out').rglob('*.*'))
    minutes = (time.monotonic() - start) / 60
    print(f'{config}: status {tool.returncode}, wrote {", ".join(written)}')
    print(f'{side} x {side} pixels, {most / 1e9:.2f} GB, {minutes:.1f} minutes')


if __name__ == '__main__':
    defaults = 'upernet_convformer', '10000', '1024'
    config, side, tile = (*sys.argv[1:], *defaults[len(sys.argv) - 1 :])
    measure(config, int(side), int(tile))
