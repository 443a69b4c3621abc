# SPDX-License-Identifier: Apache-2.0
"""A model that is ready to predict, from what a training run has left."""

import os
import warnings

import torch
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from torch import nn

from mmmetaformer import compat
from mmmetaformer.checks.checkpoint.contents import Checkpoint
from mmmetaformer.checks.config.tta import check_tta
from mmmetaformer.errors import ConfigError
from mmmetaformer.tracebacks import words_of

from .config_text import config_of_text
from .palette import fitting_palette
from .pipeline import Pipeline
from .predictor import Predictor
from .source import find_source
from .trained import classes_and_palette, trained_model

__all__ = ['load_model']


def load_model(
    source: str | os.PathLike[str],
    device: str | torch.device | None = None,
    config: str | os.PathLike[str] | None = None,
    *,
    checkpoint: str | os.PathLike[str] | None = None,
    tta: bool = False,
) -> Predictor:
    """Load a trained detector or segmentor.

    Config, classes and palette are the checkpoint's own, read as data and never run.

    Args:
        source: A checkpoint (`.pth`, `.safetensors`, or an http(s) address), a work
            dir, `WORK_DIR/last`, `WORK_DIR/best`, or a config file.
        device: Such as 'cuda:1'; default: a GPU if there is one, else the CPU.
        config: A config file (a program, which is run) to use instead.
        checkpoint: The checkpoint, if `source` is a config file; default: the newest
            good one of the config's work dir.
        tta: Whether to predict at several scales and flipped.

    Raises:
        ConfigError: Something is missing, damaged, or does not fit; with what to do.
    """
    compat.install()
    place = _device(device)
    found = find_source(source, config, checkpoint)
    file = found.checkpoint
    cfg = found.config or config_of_text(_text(file), file.path)
    if tta:
        check_tta(cfg)
    pipeline = Pipeline(cfg, tta)
    model = _build(cfg, file)
    names, palette = classes_and_palette(cfg, file)
    if names is None:
        raise ConfigError(
            f'neither {file.path} nor its config names the classes. Pass a config '
            'that does (--config FILE, in Python config=FILE): by the type of its test '
            'data set, or by test_dataloader.dataset.metainfo.classes'
        )
    return Predictor(
        model=model.to(place).eval(),
        pipeline=pipeline,
        names=tuple(names),
        palette=fitting_palette(palette, len(names)),
        checkpoint=file.path,
        merge=_merger(cfg, model, place) if tta else None,
        scope=cfg.get('default_scope', 'mmengine'),
    )


def _device(device: str | torch.device | None) -> torch.device:
    if device is None:
        return torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    try:
        place = torch.device(device)
        torch.empty(1, device=place)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).partition('\n')[0]
        raise ConfigError(f'device {device} cannot be used: {reason}') from error
    return place


def _text(file: Checkpoint) -> str:
    text = file.meta.get('cfg')
    if not isinstance(text, str) or not text.strip():
        raise ConfigError(
            f'{file.path} carries no config: it has weights alone. Pass the config '
            'that it was trained with: --config FILE (in Python: config=FILE)'
        )
    return text


def _build(cfg: Config, checkpoint: Checkpoint) -> nn.Module:
    try:
        with warnings.catch_warnings():
            # The host's, about arguments of its own.
            warnings.simplefilter('ignore')
            return trained_model(cfg, checkpoint)
    except ConfigError:
        raise
    # The host raises anything for what a config may say.
    except Exception as error:
        raise ConfigError(
            f'the model of {checkpoint.path} cannot be built: {words_of(error)}'
        ) from error


def _merger(cfg: Config, model: nn.Module, device: torch.device) -> nn.Module:
    scope = cfg.get('default_scope', 'mmengine')
    with DefaultScope.overwrite_default_scope(scope):
        return MODELS.build(dict(cfg.tta_model, module=model)).to(device).eval()
