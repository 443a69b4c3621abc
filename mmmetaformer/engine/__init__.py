# SPDX-License-Identifier: Apache-2.0
"""From the words of a command line to a config that a runner can start on."""

from .check_run import check_run
from .checkpoint import (
    check_checkpoint,
    check_fits,
    check_start,
    forget_pretrained,
    resume_from,
)
from .command_line import add_run_arguments, read_run_config, run
from .output import save_pictures, save_predictions
from .precision import use_amp

__all__ = [
    'add_run_arguments',
    'check_checkpoint',
    'check_fits',
    'check_run',
    'check_start',
    'forget_pretrained',
    'read_run_config',
    'resume_from',
    'run',
    'save_pictures',
    'save_predictions',
    'use_amp',
]
