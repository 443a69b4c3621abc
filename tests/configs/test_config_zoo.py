# SPDX-License-Identifier: Apache-2.0
"""How configs of the hosts' zoos are chosen and get another backbone."""

import pytest
from zoo_backbones import replace_backbone
from zoo_choice import Found, choose, kind_of

RESNET = dict(type='ResNet', out_indices=(0, 1, 2, 3))


def replaced(host='mmdet', backbone=RESNET, **parts):
    model = dict(type='Method', backbone=dict(backbone), **parts)
    replace_backbone(model, host)
    return model


def test_levels_that_the_neck_skips_are_not_returned():
    neck = dict(type='FPN', in_channels=[256, 512, 1024, 2048], start_level=1)
    model = replaced(neck=neck)
    assert model['backbone']['out_indices'] == (1, 2, 3)
    assert model['neck']['in_channels'] == [128, 320, 512]
    assert model['neck']['start_level'] == 0


def test_a_neck_within_a_wrapped_detector():
    detector = dict(
        backbone=dict(type='mmdet.CSPNeXt'),
        neck=[dict(type='PAFPN', in_channels=[1, 2, 3])],
    )
    model = dict(type='Tracker', detector=detector)
    replace_backbone(model, 'mmdet')
    assert model['detector']['backbone']['out_indices'] == (1, 2, 3)
    assert model['detector']['neck'][0]['in_channels'] == [128, 320, 512]


def test_yolos_neck_takes_the_last_map_first():
    neck = dict(type='YOLOV3Neck', in_channels=[1024, 512, 256])
    model = replaced(backbone=dict(type='Darknet'), neck=neck)
    assert model['backbone']['out_indices'] == (1, 2, 3)
    assert model['neck']['in_channels'] == [512, 320, 128]


def test_a_neck_of_one_number_takes_the_last_map():
    model = replaced(neck=dict(type='CTResNetNeck', in_channels=512))
    assert model['backbone']['out_indices'] == (3,)
    assert model['neck']['in_channels'] == 512


@pytest.mark.parametrize(
    ('strides', 'output', 'channels'),
    [((1, 2, 2), 2, 320), ((1, 2, 2, 1), 3, 320), ((1, 2, 2, 2), 3, 512)],
)
def test_a_detector_of_one_map_gets_the_stage_of_its_stride(strides, output, channels):
    backbone = dict(type='ResNet', strides=strides, out_indices=(output,))
    model = replaced(backbone=backbone, rpn_head=dict(in_channels=2048))
    assert model['neck']['in_channels'] == [channels]
    assert model['neck']['out_channels'] == 2048
    assert model['rpn_head']['in_channels'] == 2048


def test_heads_take_the_maps_of_the_same_place():
    model = replaced(
        'mmseg',
        dict(type='ResNetV1c', out_indices=(0, 1, 2, 3), strides=(1, 2, 1, 1)),
        decode_head=dict(in_channels=2048, in_index=3),
        auxiliary_head=[dict(in_channels=[512, 1024], in_index=[1, 2])],
    )
    assert model['backbone']['out_indices'] == (1, 2, 3)
    assert model['decode_head'] == dict(in_channels=512, in_index=2)
    assert model['auxiliary_head'] == [dict(in_channels=[128, 320], in_index=[0, 1])]


def test_deeplab_takes_the_first_map_too():
    head = dict(in_channels=2048, in_index=3, c1_in_channels=256)
    model = replaced('mmseg', decode_head=head)
    assert model['backbone']['out_indices'] == (0, 3)
    assert model['decode_head'] == dict(in_channels=512, in_index=1, c1_in_channels=64)


def test_a_head_within_a_head():
    inner = dict(in_channels=2048, in_index=3)
    model = replaced('mmseg', decode_head=dict(kernel_generate_head=inner))
    assert model['backbone']['out_indices'] == (3,)
    assert inner == dict(in_channels=512, in_index=0)


def test_a_head_that_uses_the_last_of_its_maps():
    head = dict(type='EncHead', in_channels=[512, 1024, 2048], in_index=(1, 2, 3))
    model = replaced('mmseg', decode_head=head)
    assert model['backbone']['out_indices'] == (3,)
    assert head == dict(type='EncHead', in_channels=[512], in_index=[0])


def test_ssds_neck_returns_the_maps_too():
    neck = dict(type='SSDNeck', in_channels=(96, 1280), out_channels=(96, 1280, 512))
    head = dict(in_channels=(96, 1280, 512))
    backbone = dict(type='MobileNetV2', out_indices=(4, 7))
    model = replaced(backbone=backbone, neck=neck, bbox_head=head)
    assert model['backbone']['out_indices'] == (2, 3)
    assert neck['in_channels'] == (320, 512)
    assert neck['out_channels'] == (320, 512, 512)
    assert head['in_channels'] == [320, 512, 512]


def test_a_neck_that_reads_maps_by_their_place():
    neck = dict(type='NASFCOS_FPN', in_channels=[256, 512, 1024, 2048], start_level=1)
    model = replaced(neck=neck)
    assert model['backbone']['out_indices'] == (0, 1, 2, 3)
    assert model['backbone']['out_norm'] is None
    assert neck['start_level'] == 1


def test_a_neck_that_returns_maps_of_the_backbone():
    model = replaced(
        'mmseg',
        dict(type='ResNetV1c', out_indices=(1, 2, 3)),
        neck=dict(type='JPU', in_channels=(512, 1024, 2048)),
        decode_head=dict(in_channels=2048, in_index=2),
        auxiliary_head=[
            dict(in_channels=1024, in_index=1),
            dict(in_channels=[512, 2048], in_index=(0, 2)),
        ],
    )
    assert model['neck']['in_channels'] == (128, 320, 512)
    assert model['decode_head']['in_channels'] == 2048
    assert model['auxiliary_head'][0]['in_channels'] == 320
    assert model['auxiliary_head'][1]['in_channels'] == [128, 2048]


def test_one_config_for_each_folder_and_kind():
    found = [
        Found('a', 'a/m_hg.py', 'HourglassNet', ('m',)),
        Found('a', 'a/m_x101.py', 'ResNeXt', ('m',)),
        Found('a', 'a/m_r50_long.py', 'ResNet', ('m',)),
        Found('a', 'a/m_r50.py', 'ResNet', ('m',)),
        Found('a', 'a/n_r50.py', 'ResNet', ('n',)),
        Found('b', 'b/m_hg.py', 'HourglassNet', ('m',)),
        Found('b', 'b/broken.py', '', error='KeyError'),
    ]
    chosen = [(one.path, one.is_tried) for one in choose(found)]
    assert chosen == [('a/m_r50.py', True), ('a/n_r50.py', True), ('b/m_hg.py', False)]


def test_the_kind_of_a_model_is_not_in_its_backbone():
    head = dict(type='Head', loss=dict(type='L1Loss'))
    one = dict(type='M', backbone=dict(type='A'), bbox_head=head)
    other = dict(type='M', backbone=dict(type='B'), bbox_head=[head, head])
    assert kind_of(one) == kind_of(other)
    assert kind_of(one) == (
        'data=None',
        'model.bbox_head.loss=L1Loss',
        'model.bbox_head=Head',
        'model=M',
    )
