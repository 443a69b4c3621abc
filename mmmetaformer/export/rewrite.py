# SPDX-License-Identifier: Apache-2.0
"""Replace the modules of a model that do not export well, or for one size only."""

from collections.abc import Callable
from typing import Any

import torch.nn.functional as F
from mmengine.model import revert_sync_batchnorm
from torch import Tensor, nn

from mmmetaformer.models.token_mixers import RandomMixing

from .adaptive_pooling import AdaptiveAvgPool2d
from .star_relu import fold_star_relu

__all__ = ['rewrite']


def rewrite(model: nn.Module) -> nn.Module:
    """Return a model of the same function that exports for all sizes.

    Args:
        model: In eval mode, and no longer used: it is changed.
    """
    model = revert_sync_batchnorm(model)
    fold_star_relu(model)
    for module in list(model.modules()):
        for name, child in module.named_children():
            replace = _REPLACE.get(type(child).__name__)
            if replace:
                setattr(module, name, replace(child))
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return model


class _RandomMixing(nn.Module):
    """`RandomMixing` without the branch for maps of exactly the size of its grid."""

    def __init__(self, mixer: RandomMixing) -> None:
        super().__init__()
        self.pool = AdaptiveAvgPool2d(mixer.grid)
        self.random_matrix = mixer.random_matrix

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, H, W)."""
        pooled = self.pool(x)
        mixed = pooled.flatten(2) @ self.random_matrix.T
        mixed = mixed.unflatten(2, self.pool.output_size)
        return F.interpolate(mixed, x.shape[-2:], mode='bilinear', align_corners=False)


class _Upsample(nn.Module):
    """mmseg's `Upsample` by a whole factor, without floating-point sizes."""

    def __init__(self, factor: int, mode: str, align_corners: bool | None) -> None:
        super().__init__()
        self.factor, self.mode, self.align_corners = factor, mode, align_corners

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, factor * H, factor * W)."""
        height, width = x.shape[-2:]
        size = (height * self.factor, width * self.factor)
        return F.interpolate(x, size, mode=self.mode, align_corners=self.align_corners)


def _adaptive(module: Any) -> nn.Module:
    size = module.output_size
    rows, columns = size if isinstance(size, (tuple, list)) else (size, size)
    if rows is None or columns is None:  # as many as the input has
        return module
    return AdaptiveAvgPool2d((rows, columns))


def _upsample(module: Any) -> nn.Module:
    factor = module.scale_factor
    if not isinstance(factor, float) or not factor.is_integer():
        return module
    return _Upsample(int(factor), module.mode, module.align_corners)


def _pointwise(linear: Any) -> nn.Module:
    # A constant weight: a view of one is no weight to ONNX Runtime's quantization.
    conv = nn.Conv2d(
        linear.in_features, linear.out_features, 1, bias=linear.bias is not None
    )
    conv.weight = nn.Parameter(linear.weight.detach()[:, :, None, None].clone())
    if linear.bias is not None:
        conv.bias = linear.bias
    return conv


#: By name: mmseg's class must not be imported for a detector.
_REPLACE: dict[str, Callable[[Any], nn.Module]] = {
    'AdaptiveAvgPool2d': _adaptive,
    'Pointwise': _pointwise,
    'RandomMixing': _RandomMixing,
    'Upsample': _upsample,
}
