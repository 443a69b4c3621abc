# SPDX-License-Identifier: Apache-2.0
"""Enabling exact resume in a config."""

from mmengine.config import Config
from mmengine.registry import LOOPS as HOST_LOOPS
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop

from mmmetaformer.host import add_hook, counts_epochs, drop_hook

from . import epoch_loop, iter_loop

__all__ = ['use_exact_resume']

OWN = {
    kind: f'mmmetaformer.{own.__name__}'
    for own, host in (
        (epoch_loop.EpochBasedTrainLoop, EpochBasedTrainLoop),
        (iter_loop.IterBasedTrainLoop, IterBasedTrainLoop),
    )
    for kind in (own, host)
}


def use_exact_resume(cfg: Config) -> None:
    """Make random numbers a function of the position, and start at any position.

    A training loop that is not mmengine's stays as it is.

    Args:
        cfg: The run's config, changed in place after all checks of it.
    """
    own = _own_loop(cfg)
    if own is None:
        drop_hook(cfg, 'ExactResumeHook')
        return
    cfg.train_cfg.pop('by_epoch', None)
    cfg.train_cfg.type = own
    add_hook(cfg, dict(type='mmmetaformer.ExactResumeHook'))


def _own_loop(cfg: Config) -> str | None:
    kind = cfg.train_cfg.get('type')
    if kind is None:
        host = EpochBasedTrainLoop if counts_epochs(cfg) else IterBasedTrainLoop
        return OWN[host]
    if isinstance(kind, str):
        with HOST_LOOPS.switch_scope_and_registry(cfg.get('default_scope')) as registry:
            kind = registry.get(kind)
    return OWN.get(kind)
