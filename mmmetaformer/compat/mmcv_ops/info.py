# SPDX-License-Identifier: Apache-2.0
"""Name the stand-in in the output of `collect_env` of mmcv and mmdet."""

import torch
import torchvision

__all__ = ['get_compiler_version', 'get_compiling_cuda_version']


def get_compiler_version() -> str:
    """Return what replaces the compiled ops, instead of the name of a compiler."""
    return f'none (mmmetaformer: ops of torchvision {torchvision.__version__})'


def get_compiling_cuda_version() -> str:
    """Return the CUDA version of torch, which torchvision's kernels use too."""
    return torch.version.cuda or 'not available'
