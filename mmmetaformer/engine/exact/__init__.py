# SPDX-License-Identifier: Apache-2.0
"""A run that was stopped and resumed equals one that was not, to the bit on a CPU.

Nothing of the random generators is saved. Random numbers are a function of the seed and
the position: of the step, and of the number of the image.
"""

from .enable import use_exact_resume
from .epoch_loop import EpochBasedTrainLoop
from .hook import ExactResumeHook
from .iter_loop import IterBasedTrainLoop
from .loop import ExactLoop
from .seed import keep_seed

__all__ = [
    'EpochBasedTrainLoop',
    'ExactLoop',
    'ExactResumeHook',
    'IterBasedTrainLoop',
    'keep_seed',
    'use_exact_resume',
]
