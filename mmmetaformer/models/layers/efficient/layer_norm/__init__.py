# SPDX-License-Identifier: Apache-2.0
"""LayerNorm over the channels of each position, on CUDA GPUs.

torch's kernels take one position after the other, which has few channels, and read a
map several times for the gradient of the weight. On an H100 they take 2 to 10 times as
long as these, most where there are 64 or 128 channels (docs/benchmarks.md).
"""

from .function import layer_norm

__all__ = ['layer_norm']
