# SPDX-License-Identifier: Apache-2.0
"""The parts of a run's config that mmengine's runner builds, each with its place."""

from collections.abc import Iterable, Iterator, Mapping

from mmengine.config import Config
from mmengine.runner import Runner
from mmengine.utils.dl_utils import set_multi_processing
from torch.utils.data import DataLoader

from mmmetaformer.host import hooks_of

from .place import Place, at, listed
from .signatures import read_by, taken_by

__all__ = ['LOOP_ADDS', 'places_of']

#: Arguments that the runner adds to every loop.
LOOP_ADDS = ('runner', 'dataloader')


def places_of(cfg: Config, splits: Iterable[str]) -> Iterator[Place]:
    """Yield what the runner builds in any run; more may be nested in each.

    Args:
        cfg: The run's config.
        splits: Which of 'train', 'val' and 'test' the run uses.
    """
    for key, registry, default, given in (
        ('model', 'MODELS', '', ()),
        ('visualizer', 'VISUALIZERS', 'Visualizer', ('name',)),
        ('log_processor', 'LOG_PROCESSORS', 'LogProcessor', ()),
    ):
        yield from at(cfg, key, registry=registry, default=default, given=given)
    # The model may have a type for it.
    yield from at(cfg, 'data_preprocessor', registry='MODELS', is_sure=False)
    taken = taken_by(Runner.set_randomness)
    key = 'randomness'
    yield from at(cfg, key, taken=taken, name=key, given=('self',))
    for function, key in (
        (Runner.setup_env, 'env_cfg'),
        (Runner.scale_lr, 'auto_scale_lr'),
    ):
        yield from at(cfg, key, taken=read_by(function, key), name=key)
    key, taken = 'env_cfg.mp_cfg', taken_by(set_multi_processing)
    yield from at(cfg.get('env_cfg') or {}, key, taken=taken, name=key)
    for path, hook in hooks_of(cfg):
        yield from listed(path, hook, 'HOOKS', ('priority',))
    for split in splits:
        yield from _data(cfg, split)
        yield from _evaluation(cfg, split)


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
    yield from at(loader, f'{path}.dataset', registry='DATASETS')
    for key, given in (
        ('sampler', ('dataset', 'seed')),
        ('batch_sampler', ('sampler', 'batch_size')),
    ):
        yield from at(loader, f'{path}.{key}', registry='DATA_SAMPLERS', given=given)


def _evaluation(cfg: Config, split: str) -> Iterator[Place]:
    path = f'{split}_evaluator'
    evaluator = cfg.get(path)
    if isinstance(evaluator, Mapping) and 'metrics' in evaluator:
        yield Place(path, evaluator, 'EVALUATOR', 'Evaluator')
    else:
        yield from listed(path, evaluator, 'METRICS')
    if split != 'train':
        default = f'{split.capitalize()}Loop'
        given = (*LOOP_ADDS, 'evaluator')
        path = f'{split}_cfg'
        yield from at(cfg, path, registry='LOOPS', default=default, given=given)
