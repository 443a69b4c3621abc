# SPDX-License-Identifier: Apache-2.0
"""Against tidecv 1.0.1 (numpy 2.4, 2026-11), with `Data` and `TIDE().evaluate`."""

import contextlib
import io

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from scenes import draw_scenes

from mmmetaformer.report.detection import error_kinds
from mmmetaformer.report.detection.average_precision import mean

# Seed and classes; AP, cost and number of the kinds in the order of KINDS.
TIDECV = {
    (0, 1): (
        28.663471498,
        [0, 18.786909873, 0, 3.348954825, 7.216276692, 9.450013499],
        [0, 74, 0, 56, 81, 36],
    ),
    (1, 4): (
        17.436591781,
        [5.236558250, 9.512765803, 1.227083493, 0.783542323, 6.054277849, 9.457113330],
        [31, 59, 28, 27, 71, 50],
    ),
    (2, 12): (
        22.775973927,
        [6.387454973, 8.197911242, 3.323026005, 1.129153499, 5.248311701, 11.529575107],
        [35, 37, 31, 26, 73, 50],
    ),
}


@pytest.mark.parametrize('scene', TIDECV, ids=str)
def test_same_as_tidecv(scene):
    seed, classes = scene
    ap, costs, counts = TIDECV[scene]
    errors = error_kinds(*draw_scenes(seed, 60, classes), classes)
    assert mean(errors.ap50) == pytest.approx(ap, abs=1e-6)
    assert errors.costs == pytest.approx(costs, abs=1e-6)
    assert errors.counts == counts


def test_ap_is_that_of_coco():
    """Also with a class that is found but not there, which tidecv counts as 0."""
    detections, truths = draw_scenes(3, 40, 3, crowds=0, classes_found=4)
    entries = [
        dict(
            id=1000 * image + number + 1,
            image_id=image,
            category_id=int(row[4]),
            bbox=[*row[:2], *(row[2:4] - row[:2])],
            area=1000.0,
            iscrowd=0,
        )
        for image, rows in enumerate(truths)
        for number, row in enumerate(rows)
    ]
    found = [
        dict(
            image_id=image,
            category_id=int(row[4]),
            bbox=[*row[:2], *(row[2:4] - row[:2])],
            score=row[5],
        )
        for image, rows in enumerate(detections)
        for row in rows
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = dict(
            images=[dict(id=image) for image in range(40)],
            annotations=entries,
            categories=[dict(id=label) for label in range(4)],
        )
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(found), 'bbox')
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    errors = error_kinds(detections, truths, 4)
    assert np.isnan(errors.ap50[3])
    assert mean(errors.ap50) == pytest.approx(100 * evaluation.stats[1], abs=1e-9)


def test_no_detections_and_no_images():
    nothing = np.zeros((0, 6))
    truth = np.array([[0, 0, 10, 10, 1, 0]], float)
    errors = error_kinds([nothing], [truth], 2)
    assert errors.counts == [0, 0, 0, 0, 0, 1]
    assert errors.objects.tolist() == [0, 1]
    assert mean(errors.ap50) == 0
    assert error_kinds([], [], 2).counts == [0] * 6
