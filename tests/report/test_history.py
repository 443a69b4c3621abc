# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest
from logs import training_line, write_start

from mmmetaformer.report.log import curve_of, read_history, read_starts
from mmmetaformer.report.log.history import Scalar


def history_of(work_dir):
    return read_history(read_starts(work_dir))


@pytest.mark.parametrize('facts', [True, False])
def test_resumed_run_repeats_no_step(tmp_path, facts):
    """Killed at 50 with a checkpoint of 30, resumed from there."""
    first = [training_line(s, loss=1.0) for s in (10, 20, 30, 40, 50)]
    first.append(dict(mIoU=20.0, step=20))
    first.append(dict(mIoU=40.0, step=40))
    second = [training_line(s, loss=2.0) for s in (40, 50, 60)]
    second.append(dict(mIoU=41.0, step=40))
    write_start(tmp_path, '20260101_000000', first, dict(first_step=0))
    write_start(
        tmp_path, '20260102_000000', second, dict(first_step=30) if facts else None
    )
    history = history_of(tmp_path)
    loss = history.training['loss']
    assert loss.steps.tolist() == [10, 20, 30, 40, 50, 60]
    assert loss.values.tolist() == [1, 1, 1, 2, 2, 2]
    assert history.validation['mIoU'].values.tolist() == [20, 41]
    assert history.resumed == [30]
    assert history.last_step == 60


def test_run_that_started_over_replaces_the_earlier_one(tmp_path):
    earlier = [training_line(s, loss=9.0) for s in (10, 20, 30)]
    write_start(tmp_path, '20260101_000000', earlier)
    write_start(tmp_path, '20260102_000000', [training_line(10), training_line(20)])
    history = history_of(tmp_path)
    assert history.training['loss'].values.tolist() == [1, 1]
    assert history.resumed == []


def test_line_that_was_cut_off(tmp_path):
    folder = write_start(tmp_path, '20260101_000000', [training_line(1)])
    with (folder / 'vis_data/scalars.json').open('a') as file:
        file.write('{"loss": 0.5, "lr": 0.')
    history = history_of(tmp_path)
    assert history.unread == 1
    assert history.training['loss'].steps.tolist() == [1]


def test_validations_of_epochs_get_iterations(tmp_path):
    lines = [training_line(20, epoch=1), {'coco/bbox_mAP': 0.1, 'step': 1}]
    lines += [training_line(52, epoch=2), {'coco/bbox_mAP': 0.2, 'step': 2}]
    write_start(tmp_path, 'a', lines, dict(first_step=0, steps_per_epoch=32))
    assert history_of(tmp_path).validation['coco/bbox_mAP'].steps.tolist() == [32, 64]
    write_start(tmp_path, 'b', lines)
    assert history_of(tmp_path).validation['coco/bbox_mAP'].steps.tolist() == [20, 52]


def test_tests_of_checkpoints_are_no_starts(tmp_path):
    (tmp_path / '20260101_000000').mkdir()
    (tmp_path / '20260101_000000/20260101_000000.json').write_text('{"mIoU": 1}')
    assert read_starts(tmp_path) == []


def test_curve_of_many_values():
    values = np.arange(1000.0)
    values[::100] = math.nan
    values[500:510] = math.inf
    curve = curve_of(Scalar(np.arange(1000), values), points=100)
    assert curve.each == 10
    assert len(curve.steps) == 100
    assert curve.steps[-1] == 999
    assert (curve.low[0], curve.values[0], curve.high[0]) == (1, 5, 9)
    assert math.isnan(curve.values[50])
    short = curve_of(Scalar(np.arange(5), np.array([1, math.inf, 2, 3, 4.0])))
    assert short.each == 1
    assert math.isnan(short.values[1])
