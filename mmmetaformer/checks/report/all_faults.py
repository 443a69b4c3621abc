# SPDX-License-Identifier: Apache-2.0
"""All faults of a run's config and data, not only the first."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from mmengine.config import Config

from mmmetaformer.checks.config.head_classes import check_classes
from mmmetaformer.checks.config.schedule import check_loops
from mmmetaformer.checks.data import data_faults
from mmmetaformer.checks.fault import Fault
from mmmetaformer.checks.files import check_files
from mmmetaformer.checks.run import config_checks
from mmmetaformer.checks.thoroughness import Thoroughness
from mmmetaformer.errors import ConfigError, collected_warnings
from mmmetaformer.host import evaluators_of

__all__ = ['all_faults', 'splits_with_files']

TEST = 'tools/test.py would stop: '


def all_faults(
    cfg: Config, splits: Sequence[str], thorough: Thoroughness
) -> list[Fault]:
    """Return what is wrong with a run, each fault once.

    Args:
        cfg: The run's config.
        splits: Those to check. The config has a data loader for each. What only a test
            stops at is a warning, unless there is nothing else.
        thorough: How much of the data is read.
    """
    training = [split for split in splits if split != 'test'] or splits
    faults = _faults(cfg, training, thorough)
    if 'test' in splits and not _is_repeated(cfg, 'test', training):
        known = {fault.what for fault in faults}
        for fault in _faults(cfg, ['test'], thorough):
            if fault.what not in known:
                # Training starts in spite of it.
                what = f'{TEST}{fault.what}' if fault.stops else fault.what
                faults.append(dataclasses.replace(fault, what=what, stops=False))
    return faults


def _faults(cfg: Config, splits: Sequence[str], thorough: Thoroughness) -> list[Fault]:
    faults: list[Fault] = []
    for check in _checks(cfg, splits):
        try:
            faults += _faults_of(check)
        except Exception:
            # A check may rely on what an earlier one refused.
            if not any(fault.stops for fault in faults):
                raise
    try:
        for fault in data_faults(cfg, splits_with_files(cfg, splits), thorough):
            faults.append(fault)
    except Exception as error:
        if not any(fault.stops for fault in faults):
            raise
        words = str(error) or type(error).__name__
        faults.append(Fault(f'the data could not be checked any further: {words}'))
    return list({fault.what: fault for fault in reversed(faults)}.values())[::-1]


def splits_with_files(cfg: Config, splits: Sequence[str]) -> list[str]:
    """Return the splits whose files and folders exist."""
    return [split for split in splits if not list(_faults_of(_files(cfg, split)))]


def _checks(cfg: Config, splits: Sequence[str]) -> Iterator[Callable[[], object]]:
    yield partial(check_loops, cfg, splits)
    yield from config_checks(cfg, splits)
    for split in splits:
        yield _files(cfg, split)
        dataset = cfg[f'{split}_dataloader'].dataset
        yield partial(check_classes, dataset, cfg.model, cfg.get('default_scope'))


def _files(cfg: Config, split: str) -> Callable[[], object]:
    dataset = cfg[f'{split}_dataloader'].dataset
    return partial(check_files, dataset, evaluators_of(cfg, split))


def _faults_of(check: Callable[[], object]) -> Iterator[Fault]:
    with collected_warnings() as messages:
        try:
            check()
        except ConfigError as error:
            yield Fault(str(error).removesuffix('.'))
    for message in messages:
        yield Fault(message.removesuffix('.'), stops=False)


def _is_repeated(cfg: Config, split: str, others: Sequence[str]) -> bool:
    """Whether a split has the data of another one, as test mostly has that of val."""
    mine, *rest = (
        (cfg[f'{one}_dataloader'].dataset, evaluators_of(cfg, one))
        for one in (split, *others)
    )
    return mine in rest
