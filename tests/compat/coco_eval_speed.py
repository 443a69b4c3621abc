# SPDX-License-Identifier: Apache-2.0
"""Compare the numbers and the times of faster-coco-eval with pycocotools'.

Usage: python tests/compat/coco_eval_speed.py [IMAGES] [ROUNDS]

Evaluates predictions for 5,000 generated images in turn with both, boxes, masks and
proposals, with mmdet's numbers of detections. Prints the largest differences of the
arrays, the 12 numbers of the summary and the AP of each class, and the seconds of both.
Ends with an error above 1e-9. For docs/benchmarks.md.
"""

import contextlib
import io
import resource
import statistics
import sys
import time
from typing import Any

import numpy as np
from made_detections import Made, make_detections
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from mmmetaformer.compat.fast_coco_eval import FastCOCOeval

LIMIT = 1e-9
Numbers = dict[str, np.ndarray]


def evaluate(
    evaluation: type[COCOeval], made: Made, kind: str
) -> tuple[Numbers, float]:
    """Return the numbers of an evaluation and its seconds, less those of reading."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth: Any = COCO()
        truth.dataset = dict(
            made[0], annotations=[dict(a) for a in made[0]['annotations']]
        )
        truth.createIndex()
        left_out = 'bbox' if kind == 'segm' else 'segmentation'
        found = [{k: v for k, v in a.items() if k != left_out} for a in made[1]]
        one = evaluation(
            truth, truth.loadRes(found), 'bbox' if kind == 'proposal' else kind
        )
        one.params.maxDets = [100, 300, 1000]
        one.params.useCats = int(kind != 'proposal')
        start = time.perf_counter()
        one.evaluate()
        one.accumulate()
        one.summarize()
        seconds = time.perf_counter() - start
    if evaluation is FastCOCOeval and one.evalImgs:
        sys.exit('pycocotools evaluated: is faster-coco-eval installed?')
    numbers = {name: one.eval[name] for name in ('precision', 'recall', 'scores')}
    of_classes = np.ma.masked_less(numbers['precision'][:, :, :, 0, -1], 0)
    numbers['AP of each class'] = of_classes.mean((0, 1)).filled(-1)
    return numbers | dict(summary=np.array(one.stats)), seconds


def compare(made: Made, kind: str, rounds: int) -> None:
    """Evaluate in turn with both, and print."""
    times = []
    for number in range(rounds):
        both = (COCOeval, FastCOCOeval)[:: 1 if number % 2 else -1]
        done = {one: evaluate(one, made, kind) for one in both}
        (theirs, slow), (ours, fast) = done[COCOeval], done[FastCOCOeval]
        times.append((slow, fast))
        for name, values in theirs.items():
            difference = np.abs(values - ours[name]).max()
            print(f'{kind}: {name}: {values.size} numbers, difference {difference:.1e}')
            if not difference <= LIMIT:
                sys.exit(f'{kind}: {name} is not equal')
        print(f'{kind}: summary {ours["summary"].round(4).tolist()}')
        print(
            f'{kind}: pycocotools {slow:.1f} s, faster-coco-eval {fast:.1f} s',
            flush=True,
        )
    ratio = statistics.median(slow / fast for slow, fast in times)
    print(f'{kind}: {rounds} rounds, {ratio:.1f} times as fast', flush=True)


def main(images: int, rounds: int) -> None:
    """Compare all kinds."""
    made = make_detections(images)
    print(
        f'{images} images, {len(made[0]["annotations"])} objects, '
        f'{len(made[1])} predictions',
        flush=True,
    )
    for kind in ('bbox', 'segm', 'proposal'):
        compare(made, kind, rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f'peak memory {peak:.1f} GiB')


if __name__ == '__main__':
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 5000,
        int(sys.argv[2]) if len(sys.argv) > 2 else 2,
    )
