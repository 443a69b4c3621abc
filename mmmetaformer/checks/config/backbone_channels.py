# SPDX-License-Identifier: Apache-2.0
"""How many channels the maps of any backbone have."""

import warnings
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from mmmetaformer.complexity.shapes_only import make_fake
from mmmetaformer.models.build import build_model

__all__ = ['channels_by_running']

SIZE = 64  # pixels: a side that every stride up to 32 divides


def channels_by_running(
    spec: Mapping[str, Any], scope: str | None
) -> tuple[int, ...] | None:
    """Return the channels of each map, found by running the backbone without values.

    None if that does not work, for example because the backbone takes more than an
    image. An error of its own is reported when the run is built.

    Args:
        spec: The backbone's config.
        scope: The config's default scope.
    """
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            backbone = build_model(spec, scope)
            backbone.eval()  # not in one line: that of mmdet's ResNet returns None
            mode = make_fake(backbone)
            with mode, torch.no_grad():
                maps = backbone(torch.empty(1, spec.get('in_channels', 3), SIZE, SIZE))
        except Exception:
            return None
    if not isinstance(maps, (list, tuple)):
        return None
    are_maps = all(isinstance(one, Tensor) and one.ndim == 4 for one in maps)
    return tuple(one.shape[1] for one in maps) if are_maps else None
