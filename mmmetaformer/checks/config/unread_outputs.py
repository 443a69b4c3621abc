# SPDX-License-Identifier: Apache-2.0
"""Whether something reads each output of a model's backbone."""

from collections.abc import Mapping
from typing import Any

from mmengine.config import Config
from mmengine.registry import MODELS as ROOT

from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.host import SEGMENTOR_HEADS, as_list

from .channels import is_ours

__all__ = ['check_outputs']


def check_outputs(cfg: Config, processes: int) -> None:
    """Refuse outputs of the backbone that nothing reads, where DDP would stop.

    Their norms have no gradient, and DDP stops in the second step. In a single process
    the norms are not trained, which is a warning.

    Args:
        cfg: The run's config. Only backbones of this project are checked.
        processes: Number of processes.

    Raises:
        ConfigError: There are several processes, and `find_unused_parameters` is off.
    """
    backbone = cfg.model.get('backbone')
    if not isinstance(backbone, Mapping):
        return
    if not is_ours(backbone.get('type'), cfg.get('default_scope')):
        return
    stages = as_list(backbone.get('out_indices', (0, 1, 2, 3)))
    read = _read(cfg, len(stages))
    if read is None:
        return
    unread = [i for i in range(len(stages)) if i not in read]
    # Without norms an output has no parameters, except those of stages after the rest.
    if (
        backbone.get('out_norm', 'ln') is None
        and max(read, default=-1) == len(stages) - 1
    ):
        return
    if not unread:
        return
    kept = tuple(stages[i] for i in range(len(stages)) if i in read)
    text = (
        f'nothing reads output {", ".join(map(str, unread))} of the backbone: set '
        f'model.backbone.out_indices={kept}, and in_channels, in_index or start_level '
        'of neck and heads to match'
    )
    wrapper = cfg.get('model_wrapper_cfg') or {}
    finds = cfg.get('find_unused_parameters') or wrapper.get('find_unused_parameters')
    if processes > 1 and not finds:
        raise ConfigError(
            f'{text}. Otherwise DDP stops in the second step, unless '
            'find_unused_parameters=True'
        )
    warn(f'{text}. It has parameters that are not trained')


def _read(cfg: Config, number: int) -> set[int] | None:
    """Return which outputs something reads, None if that is not known."""
    neck = cfg.model.get('neck')
    if neck:
        first = neck if isinstance(neck, Mapping) else neck[0]
        begin, end = first.get('start_level', 0), first.get('end_level', -1)
        return set(range(begin, number if end == -1 else min(end + 1, number)))
    read: set[int] = set()
    heads = [h for name in SEGMENTOR_HEADS for h in as_list(cfg.model.get(name))]
    for head in heads:
        if 'BaseDecodeHead' not in _kinds(head, cfg.get('default_scope')):
            return None
        read |= {i % number for i in as_list(head.get('in_index', -1))}
    return read if heads else None


def _kinds(spec: Mapping[str, Any], scope: str | None) -> list[str]:
    """Return the names of a model part's class and of its base classes."""
    with ROOT.switch_scope_and_registry(scope) as registry:
        kind = registry.get(spec['type'])
    return [base.__name__ for base in kind.__mro__] if isinstance(kind, type) else []
