# SPDX-License-Identifier: Apache-2.0
"""What an MMEngine runner looks up by name, each with the function that enables it.

Also what those functions share: batch plan, loop length, precision. The registries
import this package when a name is first looked up.
"""

from .accumulation import SchedulerPerUpdateHook
from .checkpoints import CheckpointHook
from .ema import AverageHook
from .exact import EpochBasedTrainLoop, ExactResumeHook, IterBasedTrainLoop
from .facts import FactsHook
from .finite import FiniteHook
from .float32_predictions import Float32PredictionsHook
from .hangs import HangHook
from .param_groups import ParamwiseConstructor
from .rehearsal import RehearsalHook
from .resume import ConfigOnResumeHook
from .same_buffers import SameBuffersHook
from .signals import SignalHook
from .start_report import StartReportHook
from .val_loss import ValLossHook
from .val_record import ValidationRecordHook

__all__ = [
    'AverageHook',
    'CheckpointHook',
    'ConfigOnResumeHook',
    'EpochBasedTrainLoop',
    'ExactResumeHook',
    'FactsHook',
    'FiniteHook',
    'Float32PredictionsHook',
    'HangHook',
    'IterBasedTrainLoop',
    'ParamwiseConstructor',
    'RehearsalHook',
    'SameBuffersHook',
    'SchedulerPerUpdateHook',
    'SignalHook',
    'StartReportHook',
    'ValLossHook',
    'ValidationRecordHook',
]
