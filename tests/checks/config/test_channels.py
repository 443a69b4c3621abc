# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.checks.config.channels import check_channels
from mmmetaformer.errors import ConfigError

CHANNELS = [64, 128, 320, 512]


def detector(neck_channels, **backbone):
    return dict(
        backbone=dict(type='mmmetaformer.ConvFormer', arch='s18', **backbone),
        neck=dict(type='FPN', in_channels=neck_channels),
    )


def segmentor(decode_channels, auxiliary_channels, index=2, **backbone):
    return dict(
        backbone=dict(type='mmmetaformer.CAFormer', arch='s18', **backbone),
        decode_head=dict(in_channels=decode_channels, in_index=[0, 1, 2, 3]),
        auxiliary_head=[dict(in_channels=auxiliary_channels, in_index=index)],
    )


@pytest.mark.parametrize(
    'model',
    [
        detector(CHANNELS),
        detector(tuple(CHANNELS)),
        detector(CHANNELS[1:], out_indices=(1, 2, 3)),
        detector(CHANNELS[:0:-1], out_indices=(1, 2, 3)),  # as YOLOV3Neck
        dict(
            backbone=dict(type='mmmetaformer.CAFormer', arch='s18'),
            decode_head=dict(in_channels=512),  # the last map, mmseg's default
        ),
        segmentor(CHANNELS, 320),
        segmentor(CHANNELS, 512, index=-1),
        dict(type='Wrapper', module=dict()),
    ],
)
def test_fitting_models_pass(model):
    check_channels(model)


@pytest.mark.parametrize(
    ('model', 'message'),
    [
        (
            detector([96, 192, 384, 768]),
            r'neck\.in_channels is \[96, .*\].*returns \[64, 128, 320, 512\]',
        ),
        (detector(CHANNELS, out_indices=(1, 2, 3)), r'returns \[128, 320, 512\]'),
        (segmentor([64, 128, 320, 768], 320), r'decode_head\.in_channels is .*768'),
        (
            segmentor(CHANNELS, 384),
            r'auxiliary_head\[0\]\.in_channels is 384.*returns 320 there',
        ),
        (
            segmentor(CHANNELS, 320, out_indices=(0, 1)),
            r'decode_head\.in_index is \[0, 1, 2, 3\].*only 2 outputs',
        ),
    ],
)
def test_other_channels_are_refused_with_both(model, message):
    with pytest.raises(ConfigError, match=message):
        check_channels(model)


@pytest.mark.parametrize(
    ('backbone', 'message'),
    [
        (dict(type='mmmetaformer.CAFormer', arch='t0'), "unknown arch.*'t0'.*s18"),
        (
            dict(type='mmmetaformer.CAFormer', arch='s18', out_indices=(3, 2)),
            r'out_indices .* got \(3, 2\)',
        ),
        (
            dict(type='mmmetaformer.CAFormer', arch='s18', in_channels=(3, 3)),
            r'in_channels must be a positive integer, got \(3, 3\)',
        ),
        (
            dict(type='mmmetaformer.CAFormer', arch='s18', with_cp='maybe'),
            "with_cp must be True or False, got 'maybe'",
        ),
    ],
)
def test_bad_backbones_are_refused(backbone, message):
    with pytest.raises(ConfigError, match=message):
        check_channels(dict(backbone=backbone, neck=dict(in_channels=CHANNELS)))


def test_a_head_without_neck():
    model = dict(
        backbone=dict(type='mmmetaformer.CAFormer', arch='s18'),
        panoptic_head=dict(in_channels=[256, 512, 1024, 2048]),
    )
    with pytest.raises(ConfigError, match=r'panoptic_head\.in_channels is \[256'):
        check_channels(model)


def test_weights_of_another_backbone():
    backbone = dict(type='mmmetaformer.ConvFormer', arch='s18')
    model = dict(pretrained='open-mmlab://resnet50_v1c', backbone=backbone)
    with pytest.raises(ConfigError, match='Set model.pretrained=None'):
        check_channels(model, 'mmseg')


def test_a_former_name_of_an_argument():
    with pytest.warns(DeprecationWarning, match='recompute'):
        check_channels(detector(CHANNELS, fast=False))


RESNET = dict(type='ResNet', depth=18, init_cfg=dict(type='Pretrained', checkpoint='x'))


@pytest.mark.parametrize('scope', ['mmdet', 'mmseg'])
def test_a_neck_after_a_backbone_of_the_host(scope):
    neck = dict(type='FPN', in_channels=[64, 128, 256, 512])
    check_channels(dict(backbone=RESNET, neck=neck), scope)
    model = dict(backbone=RESNET, neck=dict(neck, in_channels=[64, 128, 320, 512]))
    with pytest.raises(ConfigError) as error:
        check_channels(model, scope)
    assert 'neck.in_channels is [64, 128, 320, 512]' in str(error.value)
    assert 'ResNet returns [64, 128, 256, 512]' in str(error.value)


def test_a_backbone_that_cannot_be_built_is_left_to_the_runner():
    backbone = dict(type='ResNet', depth=18, out_indices=(9,))
    model = dict(backbone=backbone, neck=dict(type='FPN', in_channels=[1]))
    check_channels(model, 'mmdet')
