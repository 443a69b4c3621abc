# SPDX-License-Identifier: Apache-2.0
"""Pictures of what a network will see, from the command line to a folder."""

import argparse
import re
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mmmetaformer import compat
from mmmetaformer.checks.run import check_run
from mmmetaformer.checks.writable import check_folder_writable
from mmmetaformer.errors import ConfigError
from mmmetaformer.pictures.seen import SeenSample, seen_samples
from mmmetaformer.pictures.sheet import Captioned, contact_sheet
from mmmetaformer.predict.draw import draw
from mmmetaformer.predict.palette import fitting_palette
from mmmetaformer.text import percent

from .build_errors import build_errors
from .config import read_run_config

__all__ = ['browse_data']

SHEET = 'contact_sheet.png'
MOST_NAMED = 12
GREY = (160, 160, 160)  # of what is no class


def browse_data(args: argparse.Namespace) -> None:
    """Write a picture of each sample, and one of all of them.

    Args:
        args: The arguments of `tools/browse_data.py`.

    Raises:
        ConfigError: The config does not exist, an option does not work with it, or its
            data has a fault.
    """
    compat.install()
    cfg = read_run_config(args)
    if not cfg.get(f'{args.split}_dataloader'):
        raise ConfigError(f'{args.config} has no {args.split}_dataloader')
    folder = Path(args.out or Path(cfg.work_dir, 'browse_data'))
    check_folder_writable(folder, '--out')
    check_run(cfg, splits=(args.split,))
    pictures: list[Captioned] = []
    with build_errors(cfg):
        metainfo, samples = seen_samples(cfg, args.split, args.number, args.seed)
        names = tuple(metainfo.get('classes') or ())
        palette = metainfo.get('palette')
        folder.mkdir(parents=True, exist_ok=True)
        for number, sample in enumerate(samples, 1):
            picture = draw(
                sample.image,
                boxes=sample.boxes,
                labels=sample.labels,
                masks=sample.masks,
                label_map=sample.label_map,
                names=names,
                palette=palette,
            )
            stem = Path(str(sample.meta.get('img_path', number))).stem
            file = folder / f'{number:03d}_{re.sub(r"[^A-Za-z0-9._-]", "_", stem)}.png'
            Image.fromarray(picture).save(file)
            pictures.append((picture, _lines(sample), _legend(sample, names, palette)))
    sheet = folder / SHEET
    contact_sheet(pictures).save(sheet)
    print(f'{len(pictures)} samples of {args.split} as the network sees them: {sheet}')


def _lines(sample: SeenSample) -> list[str]:
    """Return name, sizes and what was done to the image."""
    meta = sample.meta
    name = Path(str(meta.get('img_path', ''))).name
    height, width = sample.image.shape[:2]
    sizes = f'{width}x{height}'
    if 'ori_shape' in meta:
        before = meta['ori_shape']
        sizes = f'{before[1]}x{before[0]} -> {sizes}'
    words = []
    if meta.get('scale_factor') is not None:
        scales = np.round(np.atleast_1d(meta['scale_factor'])[:2], 2)
        factors = ' x '.join(f'{one:g}' for one in dict.fromkeys(scales.tolist()))
        words.append(f'scaled by {factors}')
    if meta.get('flip'):
        words.append(f'flipped {meta.get("flip_direction", "")}'.strip())
    if sample.boxes is not None:
        words.append(f'{len(sample.boxes)} objects')
    return [name, sizes, ', '.join(words)]


def _legend(
    sample: SeenSample, names: tuple[str, ...], palette: Any
) -> list[tuple[tuple[int, int, int], str]]:
    """Return the colors of the classes in a label map, the largest first."""
    if sample.label_map is None:
        return []
    colors = fitting_palette(palette, max(1, len(names)))
    values, counts = np.unique(sample.label_map, return_counts=True)
    total = sample.label_map.size
    found = sorted(zip(counts.tolist(), values.tolist(), strict=True), reverse=True)
    return [
        (colors[label], f'{names[label]} {percent(count / total)}')
        if label < len(names)
        else (GREY, f'ignored {percent(count / total)}')
        for count, label in found[:MOST_NAMED]
    ]
