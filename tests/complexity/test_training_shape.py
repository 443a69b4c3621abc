# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.complexity.training_shape import training_shape


def shape_of(*pipeline, **preprocessor):
    return training_shape(
        Config(
            dict(
                model=dict(data_preprocessor=preprocessor),
                train_dataloader=dict(dataset=dict(type='Any', pipeline=pipeline)),
            )
        )
    )


RESIZE = dict(type='Resize', scale=(1333, 800), keep_ratio=True)
CROP = dict(type='RandomCrop', crop_size=(384, 512))
CHOICE = dict(type='RandomChoiceResize', scales=[(480, 1333), (800, 1333)])
LOAD = dict(type='LoadImageFromFile')
# DETR's: whole images, or a crop of a shorter one.
EITHER = dict(
    type='RandomChoice',
    transforms=[
        [CHOICE],
        [
            dict(type='RandomChoiceResize', scales=[(400, 4200)]),
            dict(CROP, crop_type='absolute_range'),
            CHOICE,
        ],
    ],
)


@pytest.mark.parametrize(
    ('pipeline', 'shape'),
    [
        ([LOAD, RESIZE], (800, 1333)),
        ([CHOICE], (800, 1333)),
        ([RESIZE, CROP], (384, 512)),
        ([CROP, RESIZE], (800, 1333)),
        ([RESIZE, dict(CROP, crop_type='relative', crop_size=(0.5, 0.5))], (800, 1333)),
        ([RESIZE, dict(type='mmseg.RandomCrop', crop_size=256)], (256, 256)),
        ([CROP, dict(type='Pad', size=(640, 480))], (480, 640)),
        ([EITHER], (800, 1333)),
        ([dict(type='RandomChoice', transforms=[[CROP], RESIZE])], (800, 1333)),
        ([dict(type='RandomApply', transforms=CROP)], (384, 512)),
        ([dict(type='RandomResize', scale=[(1333, 640), (1333, 800)])], (800, 1333)),
        ([RESIZE, print], (800, 1333)),  # mmengine takes functions too
        ([dict(type='Resize', scale=[])], None),
        ([LOAD], None),
        ([dict(type='Resize', scale=(-1, 800))], None),
        ([dict(type='Resize', scale_factor=0.5)], None),
    ],
)
def test_the_last_size_of_the_pipeline(pipeline, shape):
    assert shape_of(*pipeline) == shape


def test_batches_are_padded():
    assert shape_of(RESIZE, pad_size_divisor=32) == (800, 1344)
    assert shape_of(RESIZE, size=(512, 768)) == (512, 768)


def test_wrapped_data_sets():
    sets = [dict(type='Any', pipeline=[step]) for step in (CROP, RESIZE)]
    dataset = dict(type='ConcatDataset', datasets=sets)
    cfg = Config(dict(model={}, train_dataloader=dict(dataset=dataset)))
    assert training_shape(cfg) == (800, 1333)
    assert training_shape(Config(dict(model={}))) is None
