# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.engine.exact.finished import forget_end, has_ended, note_end
from mmmetaformer.engine.exact.record import Record, updates_as_passes

RECORD = Record(2, 4, 3, images=80, pending=1)


def test_what_is_written_is_read():
    meta = dict(iter=10)
    RECORD.write(meta)
    assert Record.read(meta) == RECORD
    assert RECORD.before_pending() == 72


@pytest.mark.parametrize(
    'change',
    [
        dict(processes=0),
        dict(images=-1),
        dict(batch_size='4'),
        dict(images=True),
        dict(pending=1.0),
        dict(more=1),
    ],
)
def test_what_is_no_record_is_not_read(change):
    meta = {}
    RECORD.write(meta)
    meta['exact_resume'].update(change)
    assert Record.read(meta) is None
    assert Record.read({'exact_resume': [1]}) is None


@pytest.mark.parametrize(('accumulated', 'passes'), [(3, 10), (1, 3), (6, 18)])
def test_updates_count_if_their_passes_change(accumulated, passes):
    meta = dict(iter=10)
    RECORD.write(meta)
    assert updates_as_passes(meta, accumulated) == passes


def test_without_a_record_passes_count():
    assert updates_as_passes(dict(iter=10), 4) == 10


def test_the_end_of_a_run_is_remembered(tmp_path):
    assert not has_ended(tmp_path, 12)
    note_end(tmp_path, 12)
    assert has_ended(tmp_path, 12)
    assert has_ended(tmp_path, 8)  # it went past this one
    assert not has_ended(tmp_path, 24)
    forget_end(tmp_path)
    forget_end(tmp_path)
    assert not has_ended(tmp_path, 12)
