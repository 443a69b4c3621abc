# SPDX-License-Identifier: Apache-2.0
"""The part of a backbone's `init_cfg` that names pretrained weights."""

from collections.abc import Callable
from functools import partial
from typing import Any

from mmengine.model import PretrainedInit
from torch import nn

from mmmetaformer.errors import check_arguments
from mmmetaformer.host import as_list

__all__ = ['split_init_cfg']


def split_init_cfg(init_cfg: Any) -> tuple[list[Callable[[nn.Module], Any]], list[Any]]:
    """Return functions that load weights into a backbone, and configs for mmengine.

    Args:
        init_cfg: mmengine's initialization config: a dict, a list of dicts or None.

    Raises:
        ConfigError: `load_pretrained` does not have one of the arguments.
    """
    loaders: list[Callable[[nn.Module], Any]] = []
    others: list[Any] = []
    for cfg in as_list(init_cfg):
        if not _is_pretrained(cfg.get('type')):
            others.append(cfg)
            continue
        # Imported here: a backbone without it needs torch and mmengine only.
        from mmmetaformer.weights.load import load_pretrained

        arguments = {key: value for key, value in cfg.items() if key != 'type'}
        what = "init_cfg of type 'Pretrained'"
        check_arguments(what, load_pretrained, arguments, given=('backbone',))
        loaders.append(partial(load_pretrained, **arguments))
    return loaders, others


def _is_pretrained(kind: Any) -> bool:
    """Return whether this is mmengine's initializer, in any of the ways to name it."""
    if isinstance(kind, str):
        return kind.rsplit('.', 1)[-1] in ('Pretrained', PretrainedInit.__name__)
    return kind is PretrainedInit
