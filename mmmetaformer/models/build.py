# SPDX-License-Identifier: Apache-2.0
"""Models of configs, before any weights."""

import copy
from collections.abc import Mapping
from typing import Any

from mmengine.model import revert_sync_batchnorm
from mmengine.registry import MODELS, DefaultScope

from mmmetaformer.host import dicts_in

__all__ = ['build_model']


def build_model(spec: Mapping[str, Any], scope: str | None) -> Any:
    """Build a model or a backbone for one process, without the weights that it names.

    SyncBN becomes BN, which needs no other processes and computes the same.

    Args:
        spec: The config of the model; it is not changed.
        scope: The config's default scope.
    """
    spec = copy.deepcopy(dict(spec))
    for part in dicts_in(spec):
        part.pop('init_cfg', None)
        part.pop('pretrained', None)
    with DefaultScope.overwrite_default_scope(scope):
        return revert_sync_batchnorm(MODELS.build(spec))
