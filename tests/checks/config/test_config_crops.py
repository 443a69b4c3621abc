# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.checks.config.crops import check_crops, check_windows, crop_of
from mmmetaformer.errors import ConfigError


def config(*steps, wrapped=False, **preprocessor):
    dataset = dict(type='D', pipeline=[dict(type='RandomResize'), *steps])
    if wrapped:
        dataset = dict(type='RepeatDataset', dataset=dataset)
    spec = dict(type='SegDataPreProcessor') | preprocessor
    return Config(
        dict(
            model=dict(data_preprocessor=spec),
            train_dataloader=dict(dataset=dataset),
        )
    )


def crop(*size):
    return dict(type='RandomCrop', crop_size=size if len(size) > 1 else size[0])


@pytest.mark.parametrize(
    'cfg',
    [
        config(crop(96, 64), size=(96, 64)),
        config(crop(96), size=(96, 96), wrapped=True),
        config(crop(512, 512), size_divisor=32),
        config(crop(512, 512), dict(type='Resize'), size=(96, 96)),
        config(size=(96, 96)),
        config(type='DetDataPreprocessor'),
        Config(dict(model=dict())),
    ],
)
def test_fitting_crops(cfg, capsys):
    check_crops(cfg)
    assert capsys.readouterr().err == ''


@pytest.mark.parametrize('size', [(128, 128), (96, 97), (97, 20)])
@pytest.mark.parametrize('wrapped', [False, True])
def test_larger_crops(size, wrapped):
    cfg = config(crop(*size), dict(type='RandomFlip'), size=(96, 96), wrapped=wrapped)
    match = f'up to {size[0]}x{size[1]}, model.data_preprocessor.size is 96x96: set b'
    with pytest.raises(ConfigError, match=match):
        check_crops(cfg)


def test_smaller_crops_cost_time(capsys):
    check_crops(config(crop(64), size=(96, 96)))
    assert 'up to 64x64' in capsys.readouterr().err


def test_size_or_divisor():
    with pytest.raises(ConfigError, match=r'no size and no .*size=\(64, 32\)'):
        check_crops(config(crop(64, 32)))
    with pytest.raises(ConfigError, match='both a size and a size_divisor'):
        check_crops(config(crop(64), size=(64, 64), size_divisor=32))


def test_several_data_sets_with_different_crops():
    cfg = config(crop(64), size=(96, 96))
    first = cfg.train_dataloader.dataset
    second = dict(first, pipeline=[crop(32)])
    cfg.train_dataloader.dataset = dict(type='ConcatDataset', datasets=[first, second])
    assert crop_of(cfg) is None


@pytest.mark.parametrize(
    ('test', 'message'),
    [
        (dict(crop_size=(64, 64), stride=(65, 32)), 'is longer than the window'),
        (dict(crop_size=(64, 64), stride=(0, 32)), 'two positive integers'),
        (dict(crop_size=64, stride=(32, 32)), 'crop_size is 64'),
        (dict(crop_size=(64, 64)), 'stride is None'),
    ],
)
def test_windows(test, message):
    check_windows(Config(dict(model=dict(test_cfg=dict(test, mode='whole')))))
    with pytest.raises(ConfigError, match=message):
        check_windows(Config(dict(model=dict(test_cfg=dict(test, mode='slide')))))
    sound = dict(mode='slide', crop_size=(64, 64), stride=(64, 42))
    check_windows(Config(dict(model=dict(test_cfg=sound))))
