# SPDX-License-Identifier: Apache-2.0
"""The worker processes of data loaders."""

import os

from mmengine.config import Config

from mmmetaformer.host import SPLITS

__all__ = ['fit_workers', 'limit_workers']


def limit_workers(cfg: Config) -> None:
    """Let no data loader have more workers than this process has CPUs.

    Configs are written for machines with GPUs; torch warns of more.

    Args:
        cfg: The run's config, changed in place before the user's own options.
    """
    most = len(os.sched_getaffinity(0))
    for split in SPLITS:
        loader = cfg.get(f'{split}_dataloader')
        if loader and loader.get('num_workers', 0) > most:
            loader['num_workers'] = most


def fit_workers(cfg: Config) -> None:
    """Switch off what torch refuses for a data loader with `num_workers=0`.

    These are workers that persist between epochs, batches that they prepare, and the
    time after which one is given up.

    Args:
        cfg: The run's config, changed in place.
    """
    for split in SPLITS:
        loader = cfg.get(f'{split}_dataloader')
        if loader and loader.get('num_workers', 0) == 0:
            for key in ('persistent_workers', 'prefetch_factor', 'timeout'):
                loader.pop(key, None)
