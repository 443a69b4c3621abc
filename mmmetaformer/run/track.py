# SPDX-License-Identifier: Apache-2.0
"""Curves in TensorBoard and Weights & Biases: `--track`."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import type_name

__all__ = ['use_trackers']

LOCAL = 'LocalVisBackend'


def use_trackers(cfg: Config, names: Sequence[str]) -> None:
    """Write all scalars for these too; the files in the work dir stay.

    Args:
        cfg: The run's config with its work dir, changed in place.
        names: 'tensorboard' and 'wandb', which are the packages too.

    Raises:
        ConfigError: A package is not installed.
    """
    for name in dict.fromkeys(names):
        if importlib.util.find_spec(name) is None:
            raise ConfigError(
                f'--track {name} needs the package {name}: pip install '
                f"'mmmetaformer[track]', or pip install {name}"
            )
        _add(cfg, _backend(cfg, name))


def _backend(cfg: Config, name: str) -> dict[str, Any]:
    if name == 'tensorboard':
        return dict(type='TensorboardVisBackend')
    run = dict(project='mmmetaformer', name=Path(cfg.work_dir).name)
    return dict(type='WandbVisBackend', init_kwargs=run)


def _add(cfg: Config, backend: dict[str, Any]) -> None:
    visualizer = cfg.get('visualizer') or dict(type='Visualizer', name='visualizer')
    backends = list(visualizer.get('vis_backends') or [dict(type=LOCAL)])
    if backend['type'] not in map(type_name, backends):
        backends.append(backend)
    visualizer['vis_backends'] = backends
    cfg.visualizer = visualizer
