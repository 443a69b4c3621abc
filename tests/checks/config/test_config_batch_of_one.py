# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmengine.config import Config

from mmmetaformer.checks.config.batch_of_one import check_batch_of_one
from mmmetaformer.errors import ConfigError

BN, SYNC, GN = dict(type='BN'), dict(type='SyncBN'), dict(type='GN', num_groups=2)


def config(kind='PSPHead', norm=BN, batch_size=1, size=(64, 64), **head):
    channels = dict(in_channels=8, channels=4, num_classes=2, norm_cfg=norm)
    backbone = dict(
        type='mmmetaformer.MetaFormer',
        arch=dict(depths=(1, 1, 1, 1), dims=(8, 8, 8, 8)),
        token_mixers=('identity',) * 4,
    )
    return Config(
        dict(
            default_scope='mmseg',
            model=dict(
                type='EncoderDecoder',
                data_preprocessor=dict(type='SegDataPreProcessor', size=size),
                backbone=backbone,
                decode_head=dict(channels, type=kind) | head,
            ),
            train_dataloader=dict(batch_size=batch_size),
        )
    )


@pytest.mark.parametrize('norm', [BN, SYNC])
@pytest.mark.parametrize('kind', ['PSPHead', 'ASPPHead'])
def test_pooling_to_one_pixel(kind, norm):
    match = r'1x1 needs 2 images a step \(decode_head\.\w+\S+bn\).*batch_size=2'
    with pytest.raises(ConfigError, match=match):
        check_batch_of_one(config(kind, norm), 1)


@pytest.mark.parametrize(
    'cfg',
    [
        config(batch_size=2),
        config(norm=GN),
        config(pool_scales=(2, 3)),
        config('FCNHead'),
        config('NoSuchHead'),
        Config(dict(model=dict(), train_dataloader=None)),
    ],
)
def test_sound_models(cfg):
    check_batch_of_one(cfg, 1)


def test_an_image_whose_last_map_is_one_pixel():
    with pytest.raises(ConfigError, match=r'decode_head\.convs'):
        check_batch_of_one(config('FCNHead', size=(32, 32)), 1)


def test_sync_bn_takes_the_images_of_all_processes(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    check_batch_of_one(config(norm=SYNC), 2)
    with pytest.raises(ConfigError, match='1x1'):
        check_batch_of_one(config(norm=BN), 2)
