# SPDX-License-Identifier: Apache-2.0
"""Running a model before training without a trace in the training."""

import contextlib
import io
import logging
import random
import warnings
from collections.abc import Iterator

import numpy as np
import torch
from mmengine.logging import MMLogger
from torch import nn

__all__ = ['silent', 'undisturbed']


@contextlib.contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """Restore on leaving: random states, and which modules are in training mode.

    Args:
        model: The model that runs inside.
    """
    modes = {module: module.training for module in model.modules()}
    python, numpy = random.getstate(), np.random.get_state()
    gpus = [torch.cuda.current_device()] if torch.cuda.is_available() else []
    try:
        with torch.random.fork_rng(gpus):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        for module, training in modes.items():
            module.training = training
        if gpus:
            # The log reports the peak of training.
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Drop log lines, warnings and what is printed, such as tables of metrics."""
    logger: logging.Logger = MMLogger.get_current_instance()
    was, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter('ignore')
            yield
    finally:
        logger.disabled = was
