# SPDX-License-Identifier: Apache-2.0
"""Computing the loss of the validation images, if that is possible."""

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import HEADS, add_hook, as_list, data_sets_of, type_name

__all__ = ['use_val_loss']

ANNOTATIONS = 'LoadAnnotations'


def use_val_loss(cfg: Config) -> None:
    """Log the loss of the validation images at each validation: `--val-loss`.

    Args:
        cfg: The run's config, changed in place.

    Raises:
        ConfigError: The run does not validate, or validates without annotations.
    """
    if cfg.get('val_cfg') is None:
        raise ConfigError('--val-loss: validation is off (val_cfg=None)')
    if not any(cfg.model.get(head) for head in HEADS):
        raise ConfigError(
            f'--val-loss knows the heads of mmdet and mmseg; {type_name(cfg.model)} '
            'has none of them'
        )
    detects = not cfg.model.get('decode_head')
    fits = set()
    for dataset in data_sets_of(cfg, 'val'):
        steps = [type_name(step) for step in as_list(dataset.get('pipeline'))]
        if ANNOTATIONS not in steps:
            raise ConfigError(
                f'--val-loss needs {ANNOTATIONS} in the pipeline of val_dataloader, '
                f'which has {", ".join(steps)}'
            )
        resized = any('Resize' in step for step in steps[: steps.index(ANNOTATIONS)])
        fits.add(resized and detects)
    if len(fits) > 1:
        raise ConfigError(
            '--val-loss: some data sets of val_dataloader resize before '
            f'{ANNOTATIONS}, others after it'
        )
    add_hook(cfg, dict(type='mmmetaformer.ValLossHook', fit_objects=fits.pop()))
