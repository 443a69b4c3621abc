# SPDX-License-Identifier: Apache-2.0
"""Depthwise convolution with faster gradients than torch's."""

from . import in_cudnn, in_onednn

__all__ = ['in_cudnn', 'in_onednn']
