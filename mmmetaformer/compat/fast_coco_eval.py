# SPDX-License-Identifier: Apache-2.0
"""Let mmdet's `CocoMetric` compare boxes and masks in C++, with faster-coco-eval.

pycocotools does it in Python loops. The arrays of precisions, recalls and scores are
equal to 1e-15 (`tests/compat/coco_eval_speed.py`). The summaries are not: pycocotools
computes the mAP from 100 detections per image and class, faster-coco-eval from the last
of `maxDets`, in mmdet 1000. So the summary stays pycocotools'. Upstream: pycocotools
2.0.11, `pycocotools/cocoeval.py`; mmdet 3.3,
`mmdet/evaluation/metrics/coco_metric.py`. Remove this file when mmdet has a metric with
the same numbers that is as fast.
"""

import math
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np
from mmengine.logging import print_log
from packaging.version import Version
from pycocotools.cocoeval import COCOeval

__all__ = ['FastCOCOeval', 'PlainCOCOeval', 'use_coco_eval']

PACKAGE = 'faster-coco-eval'
#: The first version whose numbers were compared.
FIRST = '1.8'
#: Whole numbers below this are exact as float64, which the arrays of matches have.
EXACT = 2**53
#: The parameters that both packages have.
SHARED = (
    'imgIds',
    'catIds',
    'iouThrs',
    'recThrs',
    'maxDets',
    'areaRng',
    'areaRngLbl',
    'useCats',
)


def use_coco_eval(fast: bool) -> None:
    """Choose what evaluates the `CocoMetric`s of this process.

    Other metrics, such as LVIS's, are not affected.

    Args:
        fast: Use faster-coco-eval where it is installed and its numbers are equal.
    """
    # Imported here: mmdet cannot be, before `mmcv_ops` is installed.
    from mmdet.evaluation.metrics import coco_metric

    coco_metric.COCOeval = FastCOCOeval if fast else PlainCOCOeval


class PlainCOCOeval(COCOeval):
    """Evaluate with pycocotools, with a line in the log."""

    def evaluate(self) -> None:
        """Match all predictions with the truth."""
        _log(self.params.iouType, 'pycocotools')
        super().evaluate()


class FastCOCOeval(COCOeval):
    """Evaluate with faster-coco-eval if the results are equal, else with pycocotools.

    With faster-coco-eval `evalImgs` stays empty; `CocoMetric` does not read it.
    """

    _fast: Any = None

    def evaluate(self) -> None:
        """Match all predictions with the truth."""
        why_not = _unusable() or _unequal(self.cocoGt, self.cocoDt)
        self._fast = None
        if why_not:
            _log(self.params.iouType, f'pycocotools, because {why_not}')
            super().evaluate()
            return
        _log(self.params.iouType, _found())
        from faster_coco_eval import COCOeval_faster

        self._fast = COCOeval_faster(self.cocoGt, self.cocoDt, self.params.iouType)
        _copy(self.params, self._fast.params)
        self._fast.evaluate()
        _copy(self._fast.params, self.params)  # sorted now

    def accumulate(self, p: Any = None) -> None:
        """Set `eval`: the arrays of precisions, recalls and scores.

        Args:
            p: Parameters other than those of `evaluate`, for pycocotools.
        """
        if self._fast is None:
            super().accumulate(p)
            return
        self._fast.accumulate()
        names = ('counts', 'date', 'precision', 'recall', 'scores')
        self.eval = {name: self._fast.eval[name] for name in names}
        self.eval['params'] = self.params
        self._fast = None  # it has all IoUs
        for annotation in self.cocoGt.dataset['annotations']:
            annotation.pop('rle', None)  # it stays with the metric


def _log(kind: str, name: str) -> None:
    print_log(f'COCO evaluation of {kind}: {name}', logger='current')


def _copy(source: Any, target: Any) -> None:
    for name in SHARED:
        setattr(target, name, getattr(source, name))


def _found() -> str:
    return f'{PACKAGE} {version(PACKAGE)}'


def _unusable() -> str:
    """Return why faster-coco-eval cannot be used, empty if it can."""
    if find_spec(PACKAGE.replace('-', '_')) is None:
        return f'{PACKAGE} is not installed'
    if Version(version(PACKAGE)) < Version(FIRST):
        return f'{_found()} is older than {FIRST}'
    return ''


def _unequal(truth: Any, found: Any) -> str:
    """Return why the numbers might differ from pycocotools', empty if they do not."""
    if not all(map(_is_id, (*truth.imgs, *truth.cats))):
        return 'an id of an image or a class is not a whole number from 0'
    for one in truth.dataset['annotations']:
        for key, is_usual in USUAL.items():
            if not is_usual(one.get(key)):
                return f'annotation {one.get("id")} has {key} {one.get(key)!r}'
    predictions = found.dataset['annotations']
    for key in ('score', 'bbox'):
        if not np.isfinite([one[key] for one in predictions]).all():
            return f'a prediction has a {key} that is not finite'
    return ''


def _is_finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 <= value < EXACT


#: What the values of annotations are in almost all files.
USUAL = {
    'id': _is_id,
    'iscrowd': lambda value: value in (0, 1),
    'area': lambda value: isinstance(value, (int, float)),
    'bbox': lambda value: isinstance(value, list) and all(map(_is_finite, value)),
}
