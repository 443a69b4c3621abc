# SPDX-License-Identifier: Apache-2.0
"""Predictions beside the truth, for the worst and the best images."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from mmmetaformer.datasets.run_lengths import mask_of
from mmmetaformer.engine.val_record import Record
from mmmetaformer.predict.draw import draw
from mmmetaformer.predict.palette import fitting_palette

__all__ = ['Pictures', 'pictures_of']

SIDE = 448  # longest side of a picture, in pixels
QUALITY = 72


@dataclass
class Pictures:
    """The pictures of the page, from the worst to the best image.

    Attributes:
        score: What the score of an image is.
        rows: For each image its name, score, whether it is one of the worst, and the
            pictures as data addresses.
        gone: Images that could not be read.
        legend: Name and color of the classes in label maps.
    """

    score: str
    rows: list[dict[str, Any]]
    gone: list[str]
    legend: list[tuple[str, str]]


def pictures_of(record: Record | None) -> Pictures | None:
    """Draw the pictures of a record; None if it has none."""
    if record is None or not record.facts['pictures']:
        return None
    segmentor = record.facts['kind'] == 'segmentor'
    rows, gone = [], []
    for number, entry in enumerate(record.facts['pictures']):
        image = cv2.imread(entry['path'], cv2.IMREAD_COLOR)
        if image is None or image.shape[:2] != tuple(entry['shape']):
            gone.append(entry['path'])
            continue
        image = np.ascontiguousarray(image[..., ::-1])
        if segmentor:
            true, found = _label_maps(image, record, number)
        else:
            true, found = _instances(image, record, entry)
        rows.append(
            dict(
                name=Path(entry['path']).name,
                score=100 * entry['score'],
                worst=number < len(record.facts['pictures']) / 2,
                image=_address(_fitted(image)),
                true=_address(true),
                found=_address(found),
            )
        )
    score = (
        'mean IoU of the classes in the image'
        if segmentor
        else 'F1 at IoU 0.5 of boxes with a score from '
        f'{record.facts["least_score"]} up'
    )
    return Pictures(score, rows, gone, _legend(record) if segmentor else [])


def _legend(record: Record) -> list[tuple[str, str]]:
    """Return the classes that are in the label maps."""
    names = record.facts['names']
    colors = fitting_palette(record.facts['palette'], len(names))
    maps = [a for key, a in record.arrays.items() if key.startswith(('true_', 'pred'))]
    there = np.unique(np.concatenate([np.unique(one) for one in maps]))
    return [
        (names[i], '#' + bytes(colors[i]).hex())
        for i in there.tolist()
        if i < len(names)
    ]


def _label_maps(
    image: np.ndarray, record: Record, number: int
) -> tuple[np.ndarray, np.ndarray]:
    small = _fitted(image)
    size = small.shape[1::-1]
    drawn = []
    for key in ('true', 'predicted'):
        labels = cv2.resize(
            record.arrays[f'{key}_{number}'], size, interpolation=cv2.INTER_NEAREST
        )
        names, palette = record.facts['names'], record.facts['palette'] or None
        drawn.append(draw(small, label_map=labels, names=names, palette=palette))
    return drawn[0], drawn[1]


def _instances(
    image: np.ndarray, record: Record, entry: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray]:
    small = _fitted(image)
    scale = small.shape[1] / image.shape[1]
    drawn = []
    for prefix in ('true_', ''):
        masks = entry[f'{prefix}masks']
        boxes = np.array(entry[f'{prefix}boxes'], float).reshape(-1, 4) * scale
        drawn.append(
            draw(
                small,
                boxes=boxes,
                labels=np.array(entry[f'{prefix}labels'], int),
                scores=None if prefix else np.array(entry['scores'], float),
                masks=None if not masks else _masks(masks, small.shape[1::-1]),
                names=record.facts['names'],
                palette=record.facts['palette'] or None,
            )
        )
    return drawn[0], drawn[1]


def _masks(codes: list[dict[str, Any]], size: tuple[int, ...]) -> np.ndarray:
    fitted = [
        cv2.resize(mask_of(code), size, interpolation=cv2.INTER_NEAREST)
        for code in codes
    ]
    return np.array(fitted, bool)


def _fitted(image: np.ndarray) -> np.ndarray:
    """Return an image that is no larger than a picture of the page."""
    height, width = image.shape[:2]
    scale = SIDE / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _address(image: np.ndarray) -> str:
    """Return an image as an address that holds the file itself."""
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, 'WEBP', quality=QUALITY)
    return 'data:image/webp;base64,' + base64.b64encode(stream.getvalue()).decode()
