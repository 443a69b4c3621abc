# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.checks.checkpoint.contents import Checkpoint
from mmmetaformer.checks.checkpoint.position import check_position
from mmmetaformer.engine.exact.finished import note_end
from mmmetaformer.engine.exact.record import Record
from mmmetaformer.errors import ConfigError

STEPS = dict(type='IterBasedTrainLoop', max_iters=8)
EPOCHS = dict(type='EpochBasedTrainLoop', max_epochs=8)


def check(loop, steps=None, epochs=None):
    checkpoint = Checkpoint('a.pth', {}, steps=steps, epochs=epochs)
    check_position(checkpoint, Config(dict(train_cfg=loop)))


@pytest.mark.parametrize('done', [8, 9])
@pytest.mark.parametrize(
    ('loop', 'unit'),
    [
        (STEPS, 'step'),
        (dict(by_epoch=False, max_iters=8), 'step'),
        (EPOCHS, 'epoch'),
        (dict(by_epoch=True, max_epochs=8), 'epoch'),
    ],
)
def test_nothing_left(loop, unit, done):
    place = dict(steps=done) if unit == 'step' else dict(epochs=done, steps=800)
    with pytest.raises(ConfigError) as error:
        check(loop, **place)
    start = f'a.pth is at {unit} {done}, the run ends at {unit} 8: nothing is left'
    assert str(error.value).startswith(start)
    key = 'max_iters' if unit == 'step' else 'max_epochs'
    assert f'--cfg-options train_cfg.{key}=' in str(error.value)


def test_something_left():
    check(STEPS, steps=7)
    check(EPOCHS, epochs=7, steps=700)


def test_what_does_not_say_is_not_judged():
    check(STEPS)
    check(dict(type='mine.Loop'), steps=100)


@pytest.mark.parametrize('loop', [STEPS, EPOCHS])
def test_a_last_validation_that_was_cut_off_is_left(loop, tmp_path):
    checkpoint = Checkpoint('a.pth', {}, steps=8, epochs=8)
    cfg = Config(dict(train_cfg=loop, val_cfg=dict(), work_dir=str(tmp_path)))
    check_position(checkpoint, cfg)
    note_end(tmp_path, 8)
    with pytest.raises(ConfigError, match='nothing is left to train'):
        check_position(checkpoint, cfg)


def test_with_another_accumulation_updates_count():
    """Half the updates are done, though as many passes as the run has."""
    meta = {}
    Record(processes=1, batch_size=2, accumulated=2).write(meta)
    checkpoint = Checkpoint('a.pth', {}, steps=8, epochs=0, meta=meta)
    check_position(checkpoint, Config(dict(train_cfg=STEPS, optim_wrapper=dict())))
    wrapper = dict(accumulative_counts=2)
    with pytest.raises(ConfigError):
        check_position(checkpoint, Config(dict(train_cfg=STEPS, optim_wrapper=wrapper)))
