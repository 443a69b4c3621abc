# SPDX-License-Identifier: Apache-2.0
"""The parts of a run's config that mmengine's runner builds, each with its place."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.utils.data import DataLoader

from mmmetaformer.host import as_list, counts_epochs

from .signatures import Taken, read_by, taken_by

__all__ = ['Place', 'places_of']

LOOP_ADDS = ('runner', 'dataloader')


@dataclass(frozen=True)
class Place:
    """A dict of a config from which one thing is built.

    Args:
        path: Its keys in the config, such as 'train_dataloader.dataset'.
        spec: The dict.
        registry: Name of mmengine's registry that has its `type`. Any other name if
            `taken` says what it takes.
        default: The type it has if it names none, '' if it must.
        given: Arguments that the builder adds, None if that is not known.
        popped: Keys that the builder takes out before.
        taken: What it takes, where no type says so.
        name: What to call it then.
        at_least: The smallest number that some arguments can be.
        is_sure: Whether `registry` is known to build it, not only likely to.
    """

    path: str
    spec: Mapping[str, Any]
    registry: str = ''
    default: str = ''
    given: tuple[str, ...] | None = ()
    popped: tuple[str, ...] = ()
    taken: Taken | None = None
    name: str = ''
    at_least: Mapping[str, int] = field(default_factory=dict)
    is_sure: bool = True


def places_of(cfg: Config, splits: Iterable[str]) -> Iterator[Place]:
    """Yield what the runner builds itself; more may be nested in each.

    Args:
        cfg: The run's config.
        splits: Which of 'train', 'val' and 'test' the run uses.
    """
    for key, registry, default, given in (
        ('model', 'MODELS', '', ()),
        ('data_preprocessor', 'MODELS', '', ()),
        ('visualizer', 'VISUALIZERS', 'Visualizer', ('name',)),
        ('log_processor', 'LOG_PROCESSORS', 'LogProcessor', ()),
    ):
        yield from _at(cfg, key, registry=registry, default=default, given=given)
    taken = taken_by(Runner.set_randomness)
    key = 'randomness'
    yield from _at(cfg, key, taken=taken, name=key, given=('self',))
    taken, key = read_by(Runner.setup_env, 'env_cfg'), 'env_cfg'
    yield from _at(cfg, key, taken=taken, name=key)
    for name, hook in (cfg.get('default_hooks') or {}).items():
        yield from _listed(f'default_hooks.{name}', hook, 'HOOKS', ('priority',))
    yield from _listed('custom_hooks', cfg.get('custom_hooks'), 'HOOKS', ('priority',))
    splits = list(splits)
    for split in splits:
        yield from _data(cfg, split)
        yield from _evaluation(cfg, split)
    if 'train' in splits:
        yield from _training(cfg)


def _at(parent: Mapping[str, Any], path: str, **how: Any) -> Iterator[Place]:
    """Yield the place of a path's last key in `parent`, if it has a dict there."""
    spec = parent.get(path.rsplit('.', 1)[-1])
    if isinstance(spec, Mapping):
        yield Place(path, spec, **how)


def _clip_function(wrapper: Mapping[str, Any]) -> Callable[..., Any]:
    """Return what mmengine's OptimWrapper calls with `clip_grad`."""
    by_value = (wrapper.get('clip_grad') or {}).get('type') == 'value'
    return clip_grad_value_ if by_value else clip_grad_norm_


def _listed(
    path: str, specs: Any, registry: str, popped: tuple[str, ...] = ()
) -> Iterator[Place]:
    """Yield the places of what a config may write as one dict or as a list."""
    many = isinstance(specs, (list, tuple))
    for i, spec in enumerate(as_list(specs)):
        if isinstance(spec, Mapping):
            key = f'{path}[{i}]' if many else path
            yield Place(key, spec, registry, popped=popped)


def _data(cfg: Config, split: str) -> Iterator[Place]:
    path = f'{split}_dataloader'
    loader = cfg.get(path)
    if not isinstance(loader, Mapping):
        return
    yield Place(
        path,
        loader,
        'DATA_LOADERS',
        popped=('num_batch_per_epoch', 'disable_subprocess_warning'),
        taken=taken_by(DataLoader),
        name='a data loader',
        at_least={'batch_size': 1, 'num_workers': 0},
    )
    yield from _at(loader, f'{path}.dataset', registry='DATASETS')
    for key, given in (
        ('sampler', ('dataset', 'seed')),
        ('batch_sampler', ('sampler', 'batch_size')),
    ):
        yield from _at(loader, f'{path}.{key}', registry='DATA_SAMPLERS', given=given)


def _evaluation(cfg: Config, split: str) -> Iterator[Place]:
    path = f'{split}_evaluator'
    evaluator = cfg.get(path)
    if isinstance(evaluator, Mapping) and 'metrics' in evaluator:
        yield Place(path, evaluator, 'EVALUATOR', 'Evaluator')
    else:
        yield from _listed(path, evaluator, 'METRICS')
    if split != 'train':
        default = f'{split.capitalize()}Loop'
        given = (*LOOP_ADDS, 'evaluator')
        path = f'{split}_cfg'
        yield from _at(cfg, path, registry='LOOPS', default=default, given=given)


def _training(cfg: Config) -> Iterator[Place]:
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
    yield from _at(
        wrapper, 'optim_wrapper.optimizer', registry='OPTIMIZERS', given=given
    )
    yield from _at(
        wrapper,
        'optim_wrapper.clip_grad',
        taken=taken_by(_clip_function(wrapper)),
        name='clip_grad',
        given=('parameters',),
    )


def _schedulers(path: str, specs: Any) -> Iterator[Place]:
    if isinstance(specs, Mapping) and 'type' not in specs:  # one entry an optimizer
        for name, inner in specs.items():
            yield from _schedulers(f'{path}.{name}', inner)
        return
    popped = ('convert_to_iter_based', 'epoch_length')
    for place in _listed(path, specs, 'PARAM_SCHEDULERS', popped):
        yield replace(place, given=('optimizer',))
