# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.checks.config.class_weights import check_class_weights
from mmmetaformer.errors import ConfigError


def segmentor(weights, **head):
    loss = dict(class_weight=weights)
    return dict(decode_head=[dict(num_classes=3, loss_decode=[loss])], **head)


def detector(weights, sigmoid):
    head = dict(num_classes=3, loss_cls=dict(use_sigmoid=sigmoid, class_weight=weights))
    return dict(roi_head=dict(bbox_head=head))


def queries(number):
    loss = dict(class_weight=[1.0] * number)
    return dict(
        panoptic_head=dict(num_things_classes=2, num_stuff_classes=2, loss_cls=loss)
    )


@pytest.mark.parametrize(
    'model',
    [
        segmentor([1, 2, 3]),
        segmentor(None),
        segmentor(0.5),
        detector([1, 2, 3, 4], False),
        detector([1, 2, 3], True),
        detector(1.0, False),
        queries(5),
        dict(
            decode_head=dict(
                type='SideAdapterCLIPHead',
                num_classes=2,
                loss_decode=[dict(class_weight=[1.0, 1.0, 0.1])],
            )
        ),
        dict(decode_head=dict(loss_decode=dict(class_weight=[1.0]))),
    ],
)
def test_as_many_as_classes(model):
    check_class_weights(model)


@pytest.mark.parametrize(
    ('model', 'message'),
    [
        (
            segmentor([1, 2]),
            r'decode_head\.0\.loss_decode\.0\.class_weight has 2 values \(1, 2\), but '
            'the loss has 3 classes',
        ),
        (segmentor([1, 2, 3, 4]), 'has 4 values'),
        (segmentor([]), 'has 0 values'),
        (detector([1, 2, 3], False), 'the loss has 4 classes'),
        (queries(6), 'the loss has 4 or 5 classes'),
    ],
)
def test_more_or_fewer(model, message):
    with pytest.raises(ConfigError, match=message):
        check_class_weights(model)
