# SPDX-License-Identifier: Apache-2.0
"""Which of mmcv's ConvModules are a convolution, a batch norm and a ReLU."""

from mmcv.cnn import ConvModule
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmmetaformer.models.layers import has_hooks
from mmmetaformer.models.layers.efficient import has_own_parameters

__all__ = ['is_conv_norm_relu']

#: mmengine replaces SyncBatchNorm by a class of its own where there is one process.
FORWARDS = (_BatchNorm.forward, nn.SyncBatchNorm.forward)


def is_conv_norm_relu(module: nn.Module) -> bool:
    """Return whether a module is nothing but convolution, batch norm and ReLU.

    The convolution may have any size and stride. Parts with hooks, parametrizations
    or spectral norms, and wrapped ones, do not count: they must be called. Nor do those
    whose parameters are lent for a forward pass.
    """
    if type(module) is not ConvModule or module.order != ('conv', 'norm', 'act'):
        return False
    if not (module.with_norm and module.with_activation):
        return False
    norm = module.norm
    return (
        type(module.conv) is nn.Conv2d
        and module.conv.padding_mode == 'zeros'
        and module.conv.groups == 1
        and not (module.with_spectral_norm or module.with_explicit_padding)
        and isinstance(norm, _BatchNorm)
        and type(norm).forward in FORWARDS
        and norm.affine
        and norm.track_running_stats
        and norm.momentum is not None
        and module.efficient_conv_bn_eval_forward is None
        and type(module.activate) is nn.ReLU
        and not any(has_hooks(part) for part in module.modules())
        and all(map(has_own_parameters, module.modules()))
    )
