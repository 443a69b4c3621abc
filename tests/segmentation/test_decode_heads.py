# SPDX-License-Identifier: Apache-2.0
"""The heads against mmseg's own, of the same weights."""

import mmseg.models.decode_heads as stock
import pytest
import torch
from mmengine.registry import MODELS, init_default_scope
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmmetaformer import segmentation
from mmmetaformer.segmentation import decode_heads

CLASSES = 7
CHANNELS = [8, 16, 24, 32]
COMMON = dict(
    channels=16,
    num_classes=CLASSES,
    dropout_ratio=0,
    norm_cfg=dict(type='BN'),
    align_corners=False,
)
MULTI = dict(in_channels=CHANNELS, in_index=[0, 1, 2, 3])
HEADS = {
    'UPerHead': dict(MULTI, pool_scales=(1, 2)),
    'FCNHead': dict(in_channels=24, in_index=2, num_convs=1, concat_input=False),
    'FPNHead': dict(MULTI, feature_strides=[4, 8, 16, 32]),
    'SegformerHead': dict(MULTI),
}
PLAIN = dict(type='CrossEntropyLoss', loss_weight=0.4)
OTHER = [  # losses that mmseg computes
    dict(loss_decode=dict(PLAIN, avg_non_ignore=True)),
    dict(loss_decode=dict(PLAIN, class_weight=[1.0] * (CLASSES - 1) + [3.0])),
    dict(loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=True)),
    dict(loss_decode=[dict(PLAIN), dict(type='DiceLoss', loss_name='loss_dice')]),
    dict(sampler=dict(type='OHEMPixelSampler', thresh=0.2, min_kept=100)),
]


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmseg')


def pair(name, **kwargs):
    heads = []
    for module in (segmentation, stock):
        torch.manual_seed(0)
        heads.append(getattr(module, name)(**HEADS[name], **COMMON, **kwargs))
    return heads


def batch(ignored=9):
    generator = torch.Generator().manual_seed(1)
    maps = [
        torch.randn(2, c, 16 >> i, 24 >> i, generator=generator).requires_grad_()
        for i, c in enumerate(CHANNELS)
    ]
    samples = []
    for _ in range(2):
        labels = torch.randint(CLASSES, (1, 64, 96), generator=generator)
        labels[:, :ignored] = 255
        samples.append(SegDataSample(gt_sem_seg=PixelData(data=labels)))
    return maps, samples


def step(head, ignored=9):
    """Losses, and gradients of the head's parameters."""
    maps, samples = batch(ignored)
    losses = head.loss(maps, samples, {})
    total = sum(value for key, value in losses.items() if 'loss' in key)
    return losses, torch.autograd.grad(total, list(head.parameters()))


def error(results, references):
    pairs = zip(results, references, strict=True)
    difference = sum((a - b).square().sum() for a, b in pairs)
    return float((difference / sum(b.square().sum() for b in references)).sqrt())


@pytest.mark.parametrize('name', HEADS)
def test_losses_and_gradients_are_those_of_mmseg(name):
    ours, theirs = pair(name, loss_decode=PLAIN)
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    losses, gradients = step(ours)
    expected, expected_gradients = step(theirs)
    assert losses.keys() == expected.keys() == {'loss_ce', 'acc_seg'}
    for key, value in expected.items():
        torch.testing.assert_close(losses[key], value, rtol=1e-5, atol=0)
        assert losses[key].shape == value.shape
    assert error(gradients, expected_gradients) < 1e-4


def test_nothing_counts():
    for head in pair('FCNHead'):
        logits, (sample, _) = torch.randn(1, CLASSES, 16, 24), batch()[1]
        sample.gt_sem_seg.data[:] = 255
        losses = head.loss_by_feat(logits, [sample])
        assert losses['loss_ce'] == 0
        assert losses['acc_seg'] == 100


@pytest.fixture
def no_efficient_loss(monkeypatch):
    def unwanted(*_):
        raise AssertionError('the efficient loss was computed')

    monkeypatch.setattr(decode_heads, 'resized_cross_entropy', unwanted)


@pytest.mark.usefixtures('no_efficient_loss')
@pytest.mark.parametrize('options', OTHER)
def test_losses_that_mmseg_computes(options):
    ours, theirs = pair('FCNHead', **options)
    # With weights of classes mmseg takes no ignored pixels.
    losses, gradients = step(ours, ignored=0)
    expected, expected_gradients = step(theirs, ignored=0)
    assert losses == expected
    for a, b in zip(gradients, expected_gradients, strict=True):
        assert torch.equal(a, b)


@pytest.mark.usefixtures('no_efficient_loss')
@pytest.mark.parametrize('name', HEADS)
def test_switch(name):
    ours, theirs = pair(name)
    with pytest.raises(AssertionError, match='efficient loss'):
        step(ours)
    options = dict(HEADS[name], **COMMON, memory_efficient_loss=False)
    plain = getattr(segmentation, name)(**options)
    plain.load_state_dict(ours.state_dict())
    assert step(plain)[0] == step(theirs)[0]


def test_names_in_configs():
    # The second one is in checkpoints and saved configs of before.
    former = set(HEADS) - {'SegformerHead'}
    for place, names in (
        ('mmmetaformer.segmentation', HEADS),
        ('mmmetaformer.models.decode_heads', former),
    ):
        for name in names:
            cfg = dict(type=f'{place}.{name}', **HEADS[name], **COMMON)
            assert type(MODELS.build(cfg)) is getattr(segmentation, name)
