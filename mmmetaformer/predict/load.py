# SPDX-License-Identifier: Apache-2.0
"""A model that is ready to predict, from what a training run has left."""

import json
import os
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import MODELS, DefaultScope
from safetensors import safe_open
from torch import nn

from mmmetaformer import compat
from mmmetaformer.checks.checkpoint.contents import Checkpoint, check_checkpoint
from mmmetaformer.checks.checkpoint.finite import check_finite
from mmmetaformer.checks.checkpoint.fits import check_fits
from mmmetaformer.checks.config.head_classes import classes_of
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import dicts_in, predicts_masks, registered_data_set
from mmmetaformer.tracebacks import words_of

from .config_text import config_of_text
from .palette import fitting_palette
from .pipeline import Pipeline, test_data_set
from .predictor import Predictor
from .source import find_source

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
    found = find_source(source, config, checkpoint)
    place = _device(device)
    file = check_checkpoint(found.checkpoint)
    meta = _meta(file)
    cfg = found.config
    if cfg is None:
        cfg = config_of_text(_text(file.path, meta), file.path)
    pipeline = Pipeline(cfg, _check_tta(cfg) if tta else False)
    model = _build(cfg, file.path)
    check_fits(model, file.weights, file.path)
    check_finite(model, file.weights, file.path)
    model.load_state_dict(file.weights)
    names = _names(cfg, file)
    return Predictor(
        model=model.to(place).eval(),
        pipeline=pipeline,
        names=names,
        palette=fitting_palette(_palette(cfg, meta), len(names)),
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


def _meta(file: Checkpoint) -> Mapping[str, Any]:
    """Return what mmengine, or `tools/weights.py publish`, wrote beside the weights."""
    if not file.path.endswith('.safetensors'):
        return file.meta
    with safe_open(file.path, framework='pt') as opened:
        written = opened.metadata() or {}
    try:
        palette = json.loads(written.get('palette', 'null'))
    except ValueError:
        palette = None
    return {'cfg': written.get('config'), 'dataset_meta': {'palette': palette}}


def _text(path: str, meta: Mapping[str, Any]) -> str:
    text = meta.get('cfg')
    if not isinstance(text, str) or not text.strip():
        raise ConfigError(
            f'{path} carries no config: it has weights alone. Pass the config that it '
            'was trained with: --config FILE (in Python: config=FILE)'
        )
    return text


def _build(cfg: Config, path: str) -> nn.Module:
    for part in dicts_in(cfg.model):
        # Its weights are in the checkpoint.
        part.pop('init_cfg', None)
        part.pop('pretrained', None)
    scope = cfg.get('default_scope', 'mmengine')
    try:
        with DefaultScope.overwrite_default_scope(scope), warnings.catch_warnings():
            # The host's, about arguments of its own.
            warnings.simplefilter('ignore')
            return revert_sync_batchnorm(MODELS.build(cfg.model))
    except ConfigError:
        raise
    # The host raises anything for what a config may say.
    except Exception as error:
        raise ConfigError(
            f'the model of {path} cannot be built: {words_of(error)}'
        ) from error


def _names(cfg: Config, file: Checkpoint) -> tuple[str, ...]:
    names = file.classes or classes_of_config(cfg)
    if names is None:
        raise ConfigError(
            f'neither {file.path} nor the config names the classes. Set '
            'test_dataloader.dataset.metainfo.classes in the config'
        )
    return tuple(names)


def classes_of_config(cfg: Config) -> Sequence[str] | None:
    """Return the classes of a config's test data set, None if it names none."""
    dataset = test_data_set(cfg)
    if dataset.get('type'):
        return classes_of(dataset, cfg.get('default_scope'))
    return (dataset.get('metainfo') or {}).get('classes')


def _palette(cfg: Config, meta: Mapping[str, Any]) -> Any:
    given = (meta.get('dataset_meta') or {}).get('palette')
    dataset = test_data_set(cfg)
    given = given or (dataset.get('metainfo') or {}).get('palette')
    if given or not dataset.get('type'):
        return given
    kind = registered_data_set(dataset, cfg.get('default_scope'))
    return getattr(kind, 'METAINFO', {}).get('palette')


def _check_tta(cfg: Config) -> bool:
    for key in ('tta_model', 'tta_pipeline'):
        if not cfg.get(key):
            raise ConfigError(f'--tta needs `{key}`, which the config does not have')
    if predicts_masks(cfg.model):
        raise ConfigError(
            '--tta of a detector is for boxes only, since mmdet does not merge masks'
        )
    return True


def _merger(cfg: Config, model: nn.Module, device: torch.device) -> nn.Module:
    scope = cfg.get('default_scope', 'mmengine')
    with DefaultScope.overwrite_default_scope(scope):
        return MODELS.build(dict(cfg.tta_model, module=model)).to(device).eval()
