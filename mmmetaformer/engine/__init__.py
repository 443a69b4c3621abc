# SPDX-License-Identifier: Apache-2.0
"""From the words of a command line to a config that a runner can start on."""

from .accumulation import SchedulerPerUpdateHook, passes, use_accumulation
from .batch_plan import scale_lr, world_size_of
from .check_run import check_run
from .checkpoint import (
    check_checkpoint,
    check_fits,
    check_start,
    forget_pretrained,
    resume_from,
)
from .command_line import Options, add_run_arguments, read_run_config, run
from .config import load_config
from .ema import AverageHook, use_ema
from .float32_predictions import Float32PredictionsHook
from .output import save_pictures, save_predictions
from .param_groups import ParamwiseConstructor
from .precision import use_amp
from .start_report import StartReportHook, report_start
from .tta import use_tta

__all__ = [
    'AverageHook',
    'Float32PredictionsHook',
    'Options',
    'ParamwiseConstructor',
    'SchedulerPerUpdateHook',
    'StartReportHook',
    'add_run_arguments',
    'check_checkpoint',
    'check_fits',
    'check_run',
    'check_start',
    'forget_pretrained',
    'load_config',
    'passes',
    'read_run_config',
    'report_start',
    'resume_from',
    'run',
    'save_pictures',
    'save_predictions',
    'scale_lr',
    'use_accumulation',
    'use_amp',
    'use_ema',
    'use_tta',
    'world_size_of',
]
