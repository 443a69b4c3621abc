# SPDX-License-Identifier: Apache-2.0
"""Predicting on images with a trained model."""

from .load import load_model
from .predictor import Predictor
from .result import Result

__all__ = ['Predictor', 'Result', 'load_model']
