# SPDX-License-Identifier: Apache-2.0
"""Work-arounds for the host stack, one a file, each with the condition it waits for.

Only tools and tests call `install`. Other parts of the package import from here only
`functorch` and `saved_tensor_hooks`, which change nothing.
"""

from .cpu_launch import prepare_cpu_launch

__all__ = ['install', 'prepare_cpu_launch']


def install() -> None:
    """Apply all process-wide work-arounds; to be called before mmdet is imported."""
    # Here, so that models can import from this package without all of these.
    from . import atomic_save, mmcv_ops, safe_resume, safetensors_loader

    mmcv_ops.install()
    safe_resume.install()
    atomic_save.install()
    safetensors_loader.install()
