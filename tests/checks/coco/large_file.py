# SPDX-License-Identifier: Apache-2.0
"""Write a file of COCO 2017's numbers: `python tests/checks/coco/large_file.py FILE`.

The number of images, annotations, crowds and categories, the keys of each entry and the
length of the polygons are those of instances_train2017.json; the shapes are random.
"""

import argparse
import json
from pathlib import Path

import numpy as np

IMAGES, ANNOTATIONS, CROWDS = 118_287, 860_001, 10_388
CATEGORIES = 80
POINTS = 25  # of a polygon, on average


def write_large_file(
    path: Path, images: int = IMAGES, annotations: int = ANNOTATIONS
) -> None:
    """Write the file; the same arguments write the same bytes."""
    rng = np.random.default_rng(0)
    crowds = annotations * CROWDS // ANNOTATIONS
    sizes = rng.integers(240, 641, (images, 2))
    with path.open('w', encoding='utf-8') as file:
        file.write('{"info": {"year": 2017}, "licenses": [], "images": [')
        file.writelines(
            (', ' if i else '') + json.dumps(_image(i + 1, *map(int, size)))
            for i, size in enumerate(sizes)
        )
        file.write('], "annotations": [')
        owners = np.sort(rng.integers(0, images, annotations))
        for i, owner in enumerate(owners):
            height, width = map(int, sizes[owner])
            shape = _crowd if i >= annotations - crowds else _polygon
            entry = shape(rng, height, width)
            entry |= dict(image_id=int(owner) + 1, id=i + 1)
            entry |= dict(category_id=int(rng.integers(CATEGORIES)) + 1)
            file.write((', ' if i else '') + json.dumps(entry))
        names = [dict(id=i + 1, name=f'class {i + 1}') for i in range(CATEGORIES)]
        file.write(f'], "categories": {json.dumps(names)}}}')


def _image(number: int, height: int, width: int) -> dict:
    address = 'http://images.cocodataset.org/train2017'
    name = f'{number:012d}.jpg'
    return dict(
        license=3,
        file_name=name,
        coco_url=f'{address}/{name}',
        height=height,
        width=width,
        date_captured='2013-11-14 11:18:45',
        flickr_url='http://farm9.staticflickr.com/8186/8119368305_4e622c8349_z.jpg',
        id=number,
    )


def _polygon(rng: np.random.Generator, height: int, width: int) -> dict:
    """Return an object of a polygon inside its box."""
    side = np.minimum(rng.exponential(80, 2) + 4, (width - 2, height - 2))
    corner = rng.uniform(0, (width - 1, height - 1) - side)
    turns = np.linspace(0, 2 * np.pi, 4 + rng.poisson(POINTS - 4), endpoint=False)
    circle = np.stack([np.cos(turns), np.sin(turns)], 1)
    points = np.round(corner + side * (circle + 1) / 2, 2)
    x, y = points.min(0)
    w, h = points.max(0) - points.min(0)
    return dict(
        segmentation=[points.ravel().tolist()],
        area=round(float(np.pi / 4 * w * h), 4),
        iscrowd=0,
        bbox=[round(float(v), 2) for v in (x, y, w, h)],
    )


def _crowd(rng: np.random.Generator, height: int, width: int) -> dict:
    """Return a crowd with an uncompressed RLE, an upright stripe of the image."""
    left, right = sorted(int(v) for v in rng.choice(width - 1, 2, replace=False))
    row = height // 2
    runs = [left * height]
    for _ in range(right - left):
        runs += [row, height - row]
    runs[-1] += (width - right) * height
    counts = [runs[0] + runs[1], *runs[2:]]
    return dict(
        segmentation=dict(counts=counts, size=[height, width]),
        area=(right - left) * (height - row),
        iscrowd=1,
        bbox=[left, row, right - left, height - row],
    )


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('file', type=Path)
    write_large_file(parser.parse_args().file)
