# SPDX-License-Identifier: Apache-2.0
"""The metric that a run is judged by: `--save-best` and `--patience`."""

from typing import Any

from mmengine.config import Config

from mmmetaformer.checks.config.monitors import reported_metrics
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import add_hook, as_list, drop_hook, main_metric

__all__ = ['use_judgement']

AUTO = 'auto'
# Less than a unit in the last digit that mmdet's and mmseg's metrics have: the same
# score again is no improvement.
LEAST_GAIN = 1e-4


def use_judgement(cfg: Config, save_best: str | None, patience: int | None) -> None:
    """Set what decides on the best checkpoint and on an early stop.

    Args:
        cfg: The run's config, changed in place.
        save_best: A metric that the evaluators report, with or without prefix; 'auto'
            for mIoU of segmentors, mask AP or box AP of detectors. None for what the
            config says.
        patience: How many validations in a row may be no better than the best one;
            None for no early stop.

    Raises:
        ConfigError: It is not known which metric decides, or the config saves no
            checkpoints.
    """
    hook = cfg.get('default_hooks', {}).get('checkpoint')
    if save_best:
        if not hook:
            raise ConfigError(
                '--save-best needs default_hooks.checkpoint, which the config does not '
                'have'
            )
        _set_best(hook, _resolve(cfg, save_best, '--save-best'))
    elif hook and hook.get('save_best') == AUTO:
        # mmengine would take the first metric, which may be that of a single class.
        name = main_metric(reported_metrics(cfg) or ())
        if name:
            _set_best(hook, name)
    if patience:
        best, *_ = [*as_list((hook or {}).get('save_best')), AUTO]
        rule, *_ = [*as_list((hook or {}).get('rule')), None]
        name = _resolve(cfg, best, '--patience')
        drop_hook(cfg, 'EarlyStoppingHook')
        add_hook(
            cfg,
            dict(
                type='EarlyStoppingHook',
                monitor=name,
                rule=rule or _rule(name),
                min_delta=LEAST_GAIN,
                patience=patience,
            ),
        )


def _set_best(hook: Any, metric: str) -> None:
    # The config's rule is that of its own metric.
    own = hook.get('rule') if hook.get('save_best') == metric else None
    hook.update(save_best=metric, rule=own or _rule(metric))


def _resolve(cfg: Config, metric: str, option: str) -> str:
    """Return the full name of a metric.

    Raises:
        ConfigError: It is 'auto', and no evaluator reports a metric that is known.
    """
    reported = reported_metrics(cfg)
    if metric == AUTO:
        name = main_metric(reported or ())
        if name is None:
            raise ConfigError(
                f'{option} does not know what the evaluators of this config report: '
                'name the metric, as in --save-best coco/bbox_mAP'
            )
        return name
    # A name that nothing reports is refused by the checks, which have all names.
    same = [one for one in reported or () if one.rpartition('/')[2] == metric]
    return same[0] if same else metric


def _rule(metric: str) -> str:
    return 'less' if 'loss' in metric.lower() else 'greater'
