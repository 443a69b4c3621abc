# SPDX-License-Identifier: Apache-2.0
import functools

import pytest
from mmengine.config import Config
from mmengine.hooks import CheckpointHook, EMAHook
from mmengine.optim import AmpOptimWrapper
from mmengine.registry import MODELS
from mmengine.utils import ManagerMixin, deprecated_api_warning
from torch import nn

from mmmetaformer.checks.config.signatures import read_by, taken_by


class Root(nn.Module):
    def __init__(self, size, scale: float = 1.0):
        super().__init__()


class Positional(Root):
    def __init__(self, size, depth=1, **kwargs):
        super().__init__(size, **kwargs)


class Named(Root):
    def __init__(self, **kwargs):
        super().__init__(scale=2, **kwargs)


class PastOne(Positional):
    def __init__(self, width, **kwargs):
        super(Positional, self).__init__(**kwargs)


class Unbound(Root):
    def __init__(self, **kwargs):
        Root.__init__(self, **kwargs)


class Unused(Root):
    def __init__(self, size, **kwargs):
        super().__init__(size)


class Reads(Root):
    def __init__(self, **kwargs):
        kwargs.setdefault('written', 1)
        self.a = kwargs.pop('a', None)
        self.b = kwargs['b'] if 'b' in kwargs else kwargs.get('c')


class Method(Root):
    def __init__(self, **kwargs):
        self.set_up(**kwargs)

    def set_up(self, weight=1):
        self.weight = weight


class Function(Root):
    def __init__(self, **kwargs):
        self.layer = nn.Linear(3, bias=True, **kwargs)


class Kept(Root):
    def __init__(self, **kwargs):
        self.kept = kwargs


class Dict(Root):
    def __init__(self, **kwargs):
        self.cfg = dict(**kwargs)


class OldName(Root):
    @deprecated_api_warning({'old': 'size'})
    def __init__(self, size=1):
        super().__init__(size)


class Second(Positional, Kept):
    pass


class New:
    def __new__(cls, size):
        return object.__new__(cls)


class Plain:
    pass


@pytest.mark.parametrize(
    ('kind', 'names', 'takes_any'),
    [
        (Root, ['size', 'scale'], False),
        (Positional, ['size', 'depth', 'scale'], False),
        (Named, ['size'], False),
        (PastOne, ['width', 'size', 'scale'], False),
        (Unbound, ['size', 'scale'], False),
        (Unused, ['size'], False),
        (Reads, ['a', 'b', 'c'], False),
        (Method, ['weight'], False),
        (Function, ['out_features', 'device', 'dtype'], False),
        (Kept, [], True),
        (Dict, [], True),
        (OldName, ['size', 'old'], False),
        (Second, ['size', 'depth'], True),  # the next of its bases is Kept
        (New, ['size'], False),
        (Plain, [], False),
        (functools.partial(Root, 1), ['scale'], False),
        (lambda a, *, b=1: a, ['a', 'b'], False),
        (dict, [], True),
    ],
)
def test_what_each_takes(kind, names, takes_any):
    taken = taken_by(kind)
    assert sorted(taken.arguments) == sorted(names)
    assert taken.takes_any == takes_any


def test_only_arguments_without_default_are_required():
    arguments = taken_by(Positional).arguments
    assert [name for name in arguments if arguments[name].required] == ['size']
    assert arguments['scale'].annotation is float


def test_the_host():
    taken = taken_by(CheckpointHook)
    assert 'interval' in taken.arguments
    assert not taken.takes_any
    assert taken_by(EMAHook).delegates == {'ema_type': 'ExponentialMovingAverage'}
    assert {'loss_scale', 'accumulative_counts'} <= set(
        taken_by(AmpOptimWrapper).arguments
    )
    with MODELS.switch_scope_and_registry('mmseg') as registry:
        head = taken_by(registry.get('UPerHead'))
    assert {'pool_scales', 'num_classes', 'init_cfg'} <= set(head.arguments)
    assert not head.takes_any
    assert 'name' in taken_by(ManagerMixin).arguments


def test_keys_that_a_function_reads():
    def set_up(cfg):
        return cfg.get('one'), cfg['two']

    assert sorted(read_by(set_up, 'cfg').arguments) == ['one', 'two']
    assert read_by(Config.dump, 'file').takes_any
