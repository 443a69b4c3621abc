# SPDX-License-Identifier: Apache-2.0
"""What ``collect_env`` of mmcv and mmdet prints, so bug reports name the stand-in."""

import torch
import torchvision

__all__ = ['get_compiler_version', 'get_compiling_cuda_version']


def get_compiler_version() -> str:
    """Return what stands in for the compiled ops, in place of a compiler's name."""
    return f'none (mmmetaformer: ops of torchvision {torchvision.__version__})'


def get_compiling_cuda_version() -> str:
    """Return the CUDA version of torch, that of torchvision's kernels too."""
    return torch.version.cuda or 'not available'
