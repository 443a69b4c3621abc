# SPDX-License-Identifier: Apache-2.0
"""The parts of a run's config that only training builds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mmengine.config import Config
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from mmmetaformer.host import counts_epochs

from .place import Place, at, listed
from .places import LOOP_ADDS
from .signatures import taken_by

__all__ = ['training_places']


def training_places(cfg: Config) -> Iterator[Place]:
    """Yield loop, optimizer and schedulers, which only training builds."""
    loop = cfg.get('train_cfg')
    if isinstance(loop, Mapping):
        default = 'EpochBasedTrainLoop' if counts_epochs(cfg) else 'IterBasedTrainLoop'
        by_epoch = () if 'type' in loop else ('by_epoch',)
        yield Place('train_cfg', loop, 'LOOPS', default, LOOP_ADDS, by_epoch)
    wrapper = cfg.get('optim_wrapper')
    # A constructor of several optimizers, which no host has, takes one entry for each.
    is_one = isinstance(wrapper, Mapping) and not (
        'constructor' in wrapper and _has_wrappers(wrapper)
    )
    if is_one:
        yield from _optimizer(wrapper)
    yield from _schedulers('param_scheduler', cfg.get('param_scheduler'))


def _has_wrappers(wrapper: Mapping[str, Any]) -> bool:
    """Return whether an entry of an `optim_wrapper` is another one."""
    return any(isinstance(v, Mapping) and 'optimizer' in v for v in wrapper.values())


def _optimizer(wrapper: Mapping[str, Any]) -> Iterator[Place]:
    yield Place(
        'optim_wrapper',
        wrapper,
        'OPTIM_WRAPPERS',
        'OptimWrapper',
        popped=('constructor', 'paramwise_cfg'),
    )
    given = ('params', 'model_params')
    yield from at(
        wrapper, 'optim_wrapper.optimizer', registry='OPTIMIZERS', given=given
    )
    for place in at(wrapper, 'optim_wrapper.clip_grad', name='clip_grad'):
        taken = taken_by(_clip_function(place.spec))
        yield replace(place, taken=taken, given=('parameters',))


def _clip_function(clip_grad: Mapping[str, Any]) -> Callable[..., Any]:
    """Return what mmengine's OptimWrapper calls with `clip_grad`."""
    return clip_grad_value_ if clip_grad.get('type') == 'value' else clip_grad_norm_


def _schedulers(path: str, specs: Any) -> Iterator[Place]:
    if isinstance(specs, Mapping) and 'type' not in specs:  # one entry an optimizer
        for name, inner in specs.items():
            yield from _schedulers(f'{path}.{name}', inner)
        return
    popped = ('convert_to_iter_based', 'epoch_length')
    for place in listed(path, specs, 'PARAM_SCHEDULERS', popped):
        yield replace(place, given=('optimizer',))
