# SPDX-License-Identifier: Apache-2.0
"""Heads that save less against mmseg's own, of the same weights."""

import mmseg.models.decode_heads as stock
import pytest
import torch
from mmengine.model.utils import revert_sync_batchnorm
from mmengine.registry import init_default_scope
from torch import nn
from torch.func import functional_call
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.checkpoint import checkpoint

from mmmetaformer import segmentation
from mmmetaformer.complexity.saved_bytes import SavedBytes
from mmmetaformer.models.layers import reference_kernels
from mmmetaformer.segmentation import norm_relu, uper_features

CHANNELS = [8, 16, 24, 32]
COMMON = dict(
    in_channels=CHANNELS,
    in_index=[0, 1, 2, 3],
    channels=16,
    num_classes=7,
    norm_cfg=dict(type='BN'),
    align_corners=False,
)
HEADS = {
    'UPerHead': dict(pool_scales=(1, 2)),
    'FPNHead': dict(feature_strides=[4, 8, 16, 32]),
}
SIZES = [(32, 32), (24, 40), (23, 37)]
OTHER = [  # what mmseg computes
    dict(norm_cfg=None),
    dict(norm_cfg=dict(type='GN', num_groups=2)),
    dict(norm_cfg=dict(type='BN', affine=False)),
    dict(norm_cfg=dict(type='BN', momentum=None)),
    dict(norm_cfg=dict(type='BN', track_running_stats=False)),
    dict(act_cfg=dict(type='LeakyReLU')),
    dict(act_cfg=None),
    dict(conv_cfg=dict(type='Conv2d', padding_mode='reflect')),
    dict(recompute=False),
]
every_head = pytest.mark.parametrize('name', HEADS)


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmseg')


@pytest.fixture
def no_kernels(monkeypatch):
    def unwanted(*_):
        raise AssertionError('a norm was computed again')

    monkeypatch.setattr(norm_relu.NormReLU, '__call__', unwanted)


def convolve_small_maps(monkeypatch, always):
    """In double precision too, and however large they are."""
    for name in ('saves_time', 'runs_in_onednn'):
        monkeypatch.setattr(uper_features, name, lambda *_: always)


def pair(name, dropout_ratio=0.1, recompute=True, dtype=torch.float64, **options):
    arguments = dict(HEADS[name], **{**COMMON, **options})
    ours = getattr(segmentation, name)(
        **arguments, dropout_ratio=dropout_ratio, recompute=recompute
    )
    theirs = getattr(stock, name)(**arguments, dropout_ratio=dropout_ratio)
    for part in theirs.modules():
        if isinstance(part, _BatchNorm) and part.affine:
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.normal_(part.bias)
    ours.load_state_dict(theirs.state_dict())
    return ours.to(dtype), theirs.to(dtype)


def maps_of(size=(32, 32), dtype=torch.float64):
    generator = torch.Generator().manual_seed(1)
    shapes = [
        (2, c, *(-(-side // 2**i) for side in size)) for i, c in enumerate(CHANNELS)
    ]
    maps = [torch.randn(s, generator=generator, dtype=torch.float64) for s in shapes]
    return [x.to(dtype).requires_grad_() for x in maps]


def step(head, maps):
    """Logits, gradients of parameters and maps, buffers."""
    torch.manual_seed(2)  # of the dropout
    logits = head(maps)
    weights = torch.randn(logits.shape, generator=torch.Generator().manual_seed(3))
    leaves = [p for p in head.parameters() if p.requires_grad] + maps
    gradients = torch.autograd.grad(logits, leaves, weights.to(logits), True)
    return [logits.detach(), *head.buffers(), *gradients]


def error(results, references):
    pairs = [
        (a.double(), b.double())
        for a, b in zip(results, references, strict=True)
        if b is not None
    ]
    assert pairs
    return max(float((a - b).norm() / (b.norm() + 1e-9)) for a, b in pairs)


def assert_same(ours, theirs, maps, tolerance=1e-9):
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    assert error(step(ours, maps), step(theirs, maps)) < tolerance


@every_head
@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('small_maps', [False, True])
def test_is_mmseg(name, size, align_corners, small_maps, monkeypatch):
    convolve_small_maps(monkeypatch, small_maps)
    ours, theirs = pair(name, align_corners=align_corners)
    if name == 'FPNHead' and size == SIZES[2]:
        size = (22, 36)  # mmseg's own upsampling by 2 fits no odd size
    assert_same(ours, theirs, maps_of(size))
    # Running statistics were updated once, and once more here.
    assert_same(ours, theirs, maps_of(size))


@every_head
def test_saves_less(name):
    saved = []
    for head in pair(name):
        maps = maps_of()
        with SavedBytes([*head.parameters(), *head.buffers(), *maps]) as bytes_:
            head(maps)
        saved.append(sum(bytes_.bytes.values()))
    assert saved[0] < (0.35 if name == 'UPerHead' else 0.6) * saved[1]


@every_head
@pytest.mark.parametrize('frozen', [False, True])
def test_evaluation_of_norms_in_training(name, frozen):
    ours, theirs = pair(name)
    for head in (ours, theirs):
        step(head, maps_of())
        for part in head.modules():
            if isinstance(part, _BatchNorm):
                part.eval()
                part.requires_grad_(not frozen)
    assert_same(ours, theirs, maps_of())


@every_head
def test_frozen_norms_in_training(name):
    ours, theirs = pair(name, norm_cfg=dict(type='BN', requires_grad=False))
    assert_same(ours, theirs, maps_of())


@every_head
def test_frozen_head(name):
    ours, theirs = pair(name)
    for head in (ours, theirs):
        head.requires_grad_(False)
    assert_same(ours, theirs, maps_of())


@every_head
def test_inference(name, monkeypatch):
    convolve_small_maps(monkeypatch, True)
    ours, theirs = (head.eval() for head in pair(name))
    with torch.no_grad():
        assert error([ours(maps_of())], [theirs(maps_of())]) < 1e-9


@every_head
@pytest.mark.parametrize('reverted', [False, True])
def test_sync_batch_norm_by_name(name, reverted):
    ours, theirs = pair(name, norm_cfg=dict(type='SyncBN'))
    if reverted:
        ours, theirs = revert_sync_batchnorm(ours), revert_sync_batchnorm(theirs)
        assert_same(ours, theirs, maps_of())
    else:  # torch has none on CPUs
        for head in (ours, theirs):
            head.eval()
        assert_same(ours, theirs, maps_of())


@every_head
@pytest.mark.parametrize('reentrant', [False, True])
def test_checkpointing(name, reentrant):
    ours, theirs = pair(name)
    expected = step(theirs, maps_of())
    number = len([*theirs.buffers()])

    def head(maps):
        return checkpoint(lambda *m: ours(m), *maps, use_reentrant=reentrant)

    torch.manual_seed(2)
    logits = head(maps := maps_of())
    weights = torch.randn(logits.shape, generator=torch.Generator().manual_seed(3))
    logits.backward(weights)
    gradients = [x.grad for x in (*ours.parameters(), *maps)]
    expected = [expected[0], *expected[1 + number :]]
    assert error([logits.detach(), *gradients], expected) < 1e-9


@every_head
@pytest.mark.parametrize('training', [False, True])
def test_bfloat16_is_about_as_exact(name, training):
    # Statistics of two values, those of the pooled maps, would amplify any error.
    pooled = dict(pool_scales=(4,)) if name == 'UPerHead' else {}
    ours, theirs = (head.train(training) for head in pair(name, **pooled))
    size = (64, 64)
    exact = step(ours, maps_of(size))
    errors = []
    for head in (ours.float(), theirs.float()):
        with torch.autocast('cpu', torch.bfloat16):
            results = step(head, maps_of(size, torch.float32))
        # The gradients of the maps.
        errors.append(error(results[-4:], exact[-4:]))
    assert errors[0] < 1.5 * errors[1] < 0.3


@pytest.mark.usefixtures('no_kernels')
@every_head
@pytest.mark.parametrize('options', OTHER)
def test_what_mmseg_computes(name, options):
    ours, theirs = pair(name, **options)
    results, expected = step(ours, maps_of()), step(theirs, maps_of())
    assert all(torch.equal(a, b) for a, b in zip(results, expected, strict=True))


@pytest.mark.usefixtures('no_kernels')
@every_head
def test_reference_kernels_are_mmseg(name):
    ours, theirs = pair(name)
    with reference_kernels():
        results, expected = step(ours, maps_of()), step(theirs, maps_of())
    assert all(torch.equal(a, b) for a, b in zip(results, expected, strict=True))


@every_head
def test_hooks_are_called(name):
    ours, theirs = pair(name)
    seen = []
    convs = ours.fpn_convs if name == 'UPerHead' else ours.scale_heads
    norm = next(m for m in convs.modules() if isinstance(m, _BatchNorm))
    norm.register_forward_hook(lambda *_: seen.append(1))
    assert_same(ours, theirs, maps_of())
    assert seen


def test_hooks_of_upsampling_and_of_levels_are_called_once():
    ours, theirs = pair('FPNHead')
    seen = []
    level = ours.scale_heads[3]
    level[1].register_forward_hook(lambda *_: seen.append('upsampling'))
    level.register_forward_hook(lambda *_: seen.append('level'))
    assert_same(ours, theirs, maps_of())
    assert seen == ['upsampling', 'level']


@every_head
def test_parameters_lent_for_a_forward_pass(name):
    gradients = []
    for head in pair(name):
        lent = {n: 1.1 * p.detach() for n, p in head.named_parameters()}
        for one in lent.values():
            one.requires_grad_()
        torch.manual_seed(2)
        logits = functional_call(head, lent, (maps_of(),))
        logits.sin().sum().backward()
        gradients.append([one.grad for one in lent.values()])
    assert error(*gradients) < 1e-9


@every_head
def test_another_dropout(name):
    ours, theirs = pair(name)
    ours.dropout = theirs.dropout = nn.Dropout(0.3)
    assert_same(ours, theirs, maps_of())


class NoFeatures(segmentation.UPerHead):
    def _forward_feature(self, inputs):
        return torch.zeros_like(super()._forward_feature(inputs))


def test_features_of_a_subclass():
    head = NoFeatures(**HEADS['UPerHead'], **COMMON).double().eval()
    logits = head(maps_of())
    assert torch.equal(logits, head.conv_seg.bias[:, None, None].expand_as(logits))


@every_head
def test_one_value_has_no_variance(name):
    ours, _ = pair(name)
    maps = [x[:1, :, :1, :1] for x in maps_of()]
    with pytest.raises(ValueError, match='Expected more than 1 value per channel'):
        ours(maps)


@every_head
def test_compiled(name):
    ours, theirs = pair(name, dropout_ratio=0)
    expected = theirs(maps_of())
    torch._dynamo.reset()
    assert error([torch.compile(ours, backend='eager')(maps_of())], [expected]) < 1e-9
