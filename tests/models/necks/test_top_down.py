# SPDX-License-Identifier: Apache-2.0
"""FPNs without the largest sum against the hosts' own, of the same weights."""

import copy

import pytest
import torch
from mmdet.models import necks as mmdet_necks
from mmseg.models import necks as mmseg_necks
from torch import nn
from torch.func import functional_call
from torch.utils.checkpoint import checkpoint

from mmmetaformer import detection, segmentation
from mmmetaformer.complexity.saved_bytes import SavedBytes
from mmmetaformer.models.layers import reference_kernels
from mmmetaformer.models.necks import TopDown

CHANNELS = [8, 16, 24, 32]
PAIRS = {
    'mmdet': (detection.FPN, mmdet_necks.FPN),
    'mmseg': (segmentation.FPN, mmseg_necks.FPN),
}
OURS = [
    {},
    dict(num_outs=5),
    dict(num_outs=6),
    dict(start_level=1, num_outs=5),
    dict(end_level=3, num_outs=3),
    dict(end_level=3, start_level=2, num_outs=1),
    dict(upsample_cfg=dict(mode='bilinear', align_corners=False)),
    dict(upsample_cfg=dict(mode='nearest', scale_factor=2)),
    dict(norm_cfg=dict(type='BN'), no_norm_on_lateral=True),
]
THEIRS = [
    dict(norm_cfg=dict(type='BN')),
    dict(norm_cfg=dict(type='GN', num_groups=2)),
    dict(act_cfg=dict(type='ReLU')),
    dict(add_extra_convs='on_input', num_outs=5),
    dict(add_extra_convs='on_lateral', num_outs=6),
    dict(add_extra_convs='on_output', num_outs=6, relu_before_extra_convs=True),
    dict(recompute=False),
]
every_host = pytest.mark.parametrize('host', PAIRS)


@pytest.fixture
def not_ours(monkeypatch):
    def unwanted(*_):
        raise AssertionError('a sum was computed again')

    monkeypatch.setattr(TopDown, '_merge', unwanted)


def pair(host, recompute=True, **options):
    arguments = dict(in_channels=CHANNELS, out_channels=12, num_outs=4) | options
    if host == 'mmdet' and 'end_level' in arguments:
        arguments['end_level'] -= 1  # there it is the last one, in mmseg the one after
    kind, stock = PAIRS[host]
    ours, theirs = kind(recompute=recompute, **arguments), stock(**arguments)
    for parameter in theirs.parameters():
        nn.init.normal_(parameter)
    ours.load_state_dict(theirs.state_dict())
    return ours.double(), theirs.double()


def maps_of(size=(32, 48), dtype=torch.float64):
    generator = torch.Generator().manual_seed(1)
    shapes = [
        (2, c, *(-(-side // 2**i) for side in size)) for i, c in enumerate(CHANNELS)
    ]
    maps = [torch.randn(s, generator=generator, dtype=torch.float64) for s in shapes]
    return tuple(x.to(dtype).requires_grad_() for x in maps)


def step(neck, maps, forward=None):
    """Outputs, buffers, gradients of parameters and maps."""
    outputs = (neck if forward is None else forward)(maps)
    total = sum((out.float() * out.float().sin()).sum() for out in outputs)
    leaves = [p for p in (*neck.parameters(), *maps) if p.requires_grad]
    gradients = torch.autograd.grad(total, leaves, allow_unused=True)
    return [*outputs, *neck.buffers(), *(g for g in gradients if g is not None)]


def assert_equal(ours, theirs):
    assert len(ours) == len(theirs)
    assert all(map(torch.equal, ours, theirs))


@every_host
@pytest.mark.parametrize('options', OURS)
@pytest.mark.parametrize('size', [(32, 48), (35, 51)])
def test_is_the_hosts(host, options, size):
    if 'scale_factor' in options.get('upsample_cfg', {}):
        size = (32, 48)  # the factor fits no other
    ours, theirs = pair(host, **options)
    assert_equal(step(ours, maps_of(size)), step(theirs, maps_of(size)))
    assert ours.state_dict().keys() == theirs.state_dict().keys()


@pytest.mark.usefixtures('not_ours')
@every_host
@pytest.mark.parametrize('options', THEIRS)
def test_what_the_host_computes(host, options):
    ours, theirs = pair(host, **options)
    assert_equal(step(ours, maps_of()), step(theirs, maps_of()))


@pytest.mark.usefixtures('not_ours')
@every_host
def test_reference_kernels_and_inference_are_the_hosts(host):
    ours, theirs = pair(host)
    with reference_kernels():
        assert_equal(step(ours, maps_of()), step(theirs, maps_of()))
    with torch.no_grad():
        assert_equal(ours(maps_of()), theirs(maps_of()))


@every_host
def test_the_largest_sum_is_not_saved(host):
    saved = []
    maps = maps_of()
    for neck in pair(host):
        with SavedBytes([*neck.parameters(), *maps]) as bytes_:
            neck(maps)
        saved.append(sum(bytes_.bytes.values()))
    assert saved[1] - saved[0] == 2 * 12 * 32 * 48 * 8


@every_host
def test_bfloat16(host):
    ours, theirs = (neck.float() for neck in pair(host))
    with torch.autocast('cpu', torch.bfloat16):
        results = [step(neck, maps_of(dtype=torch.float32)) for neck in (ours, theirs)]
    assert results[0][0].dtype == torch.bfloat16
    assert_equal(*results)


@every_host
def test_frozen(host):
    ours, theirs = pair(host)
    for neck in (ours, theirs):
        neck.lateral_convs.requires_grad_(False)
    assert_equal(step(ours, maps_of()), step(theirs, maps_of()))
    for neck in (ours, theirs):
        neck.requires_grad_(False)
    assert_equal(step(ours, maps_of()), step(theirs, maps_of()))


@every_host
@pytest.mark.parametrize('level', [0, 1])
def test_hooks_are_called_once_with_what_is_theirs(host, level):
    seen = []
    for neck in pair(host):
        conv = neck.lateral_convs[level].conv
        conv.register_forward_hook(lambda _, inputs, output: seen.append(output))
        step(neck, maps_of())
    assert len(seen) == 2
    assert torch.equal(*seen)


@pytest.mark.usefixtures('not_ours')
@every_host
@pytest.mark.parametrize('level', [0, 1])
@pytest.mark.parametrize('part', [nn.Dropout(0.3), nn.BatchNorm2d(12), nn.Sigmoid()])
def test_what_users_put_behind_a_convolution(host, level, part):
    ours, theirs = pair(host)
    for neck in (ours, theirs):
        lateral = neck.lateral_convs[level]
        lateral.conv = nn.Sequential(lateral.conv, copy.deepcopy(part).double())
    results = []
    for neck in (ours, theirs):
        torch.manual_seed(2)
        results.append(step(neck, maps_of()))
    assert_equal(*results)


@every_host
def test_arguments_by_place_and_lists_of_maps(host):
    kind, stock = PAIRS[host]
    ours, theirs = kind(CHANNELS, 12, 5).double(), stock(CHANNELS, 12, 5).double()
    theirs.load_state_dict(ours.state_dict())
    maps = maps_of()
    for neck in (ours, theirs):
        with pytest.raises(AssertionError):
            neck(maps[:3])
    with SavedBytes([*ours.parameters(), *maps]) as saved:
        outputs = ours(list(maps))
    assert 2 * 12 * 32 * 48 * 8 not in saved.bytes.values()
    assert_equal(outputs, theirs(list(maps)))


def test_an_option_of_mmsegs_resizing():
    ours, theirs = pair('mmseg', upsample_cfg=dict(mode='nearest', warning=False))
    assert_equal(step(ours, maps_of()), step(theirs, maps_of()))


@every_host
def test_parameters_lent_for_a_forward_pass(host):
    gradients = []
    for neck in pair(host):
        lent = {n: 1.1 * p.detach() for n, p in neck.named_parameters()}
        for one in lent.values():
            one.requires_grad_()
        outputs = functional_call(neck, lent, (maps_of(),))
        sum(out.sin().sum() for out in outputs).backward()
        gradients.append([one.grad for one in lent.values()])
    assert_equal(*gradients)


@every_host
def test_compiled(host):
    ours, theirs = pair(host)
    torch._dynamo.reset()
    compiled = torch.compile(ours, backend='eager', fullgraph=True)
    assert_equal(step(ours, maps_of(), compiled), step(theirs, maps_of()))


@every_host
@pytest.mark.parametrize('reentrant', [False, True])
def test_checkpointing(host, reentrant):
    ours, theirs = pair(host)
    maps, others = maps_of(), maps_of()
    outputs = checkpoint(lambda *m: ours(m), *maps, use_reentrant=reentrant)
    sum(out.sin().sum() for out in outputs).backward()
    sum(out.sin().sum() for out in theirs(others)).backward()
    gradients = [
        [x.grad for x in (*neck.parameters(), *inputs)]
        for neck, inputs in ((ours, maps), (theirs, others))
    ]
    assert_equal(*gradients)
