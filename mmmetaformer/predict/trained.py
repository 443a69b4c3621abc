# SPDX-License-Identifier: Apache-2.0
"""A model with the weights of a checkpoint, and its classes."""

from collections.abc import Sequence
from typing import Any

from mmengine.config import Config
from torch import nn

from mmmetaformer.checks.checkpoint.contents import Checkpoint
from mmmetaformer.checks.checkpoint.finite import check_finite
from mmmetaformer.checks.checkpoint.fits import check_fits
from mmmetaformer.checks.config.head_classes import classes_of
from mmmetaformer.host import registered_data_set
from mmmetaformer.models.build import build_model

from .pipeline import test_data_set

__all__ = ['classes_and_palette', 'trained_model']


def trained_model(cfg: Config, checkpoint: Checkpoint) -> nn.Module:
    """Build the model of a config with the weights of a checkpoint.

    Raises:
        ConfigError: They do not fit, or are not finite.
    """
    model = build_model(cfg.model, cfg.get('default_scope'))
    check_fits(model, checkpoint.weights, checkpoint.path)
    check_finite(model, checkpoint.weights, checkpoint.path)
    model.load_state_dict(checkpoint.weights)
    return model


def classes_and_palette(
    cfg: Config, checkpoint: Checkpoint
) -> tuple[Sequence[str] | None, Any]:
    """Return the names of the classes and their colors, each None if nothing says them.

    Args:
        cfg: The config; its test data set counts where the checkpoint is silent.
        checkpoint: What it says counts more.
    """
    dataset, scope = test_data_set(cfg), cfg.get('default_scope')
    metainfo = dataset.get('metainfo') or {}
    classes = checkpoint.classes
    palette = (checkpoint.meta.get('dataset_meta') or {}).get('palette')
    palette = palette or metainfo.get('palette')
    if 'type' not in dataset:  # in the config that a checkpoint carries
        return classes or metainfo.get('classes'), palette
    classes = classes or classes_of(dataset, scope)
    by_type = getattr(registered_data_set(dataset, scope), 'METAINFO', {})
    # Colors of a type are those of its own classes.
    if not palette and classes and list(by_type.get('classes') or ()) == list(classes):
        palette = by_type.get('palette')
    return classes, palette
