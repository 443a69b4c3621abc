# SPDX-License-Identifier: Apache-2.0
"""Work-arounds for the host stack, one a file, each with the condition it waits for.

The tools and the tests call them; nothing else in the package imports them.
"""

from . import atomic_save, mmcv_ops, safe_resume, safetensors_loader
from .cpu_launch import prepare_cpu_launch

__all__ = ['install', 'prepare_cpu_launch']


def install() -> None:
    """Apply all process-wide work-arounds; to be called before mmdet is imported."""
    mmcv_ops.install()
    safe_resume.install()
    atomic_save.install()
    safetensors_loader.install()
