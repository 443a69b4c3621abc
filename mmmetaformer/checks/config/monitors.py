# SPDX-License-Identifier: Apache-2.0
"""Whether the evaluators report what a hook monitors."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import as_list, data_sets_of, evaluators_of, hooks_of, type_name
from mmmetaformer.text import did_you_mean

from .head_classes import classes_of

__all__ = ['check_monitors', 'reported_metrics']

# From mmseg's IoUMetric and mmdet's CocoMetric.
SEGMENTATION = {
    'mIoU': ('mIoU', 'mAcc'),
    'mDice': ('mDice', 'mAcc'),
    'mFscore': ('mFscore', 'mPrecision', 'mRecall'),
}
PRECISIONS = ('mAP', 'mAP_50', 'mAP_75', 'mAP_s', 'mAP_m', 'mAP_l')
RECALLS = ('AR@100', 'AR@300', 'AR@1000', 'AR_s@1000', 'AR_m@1000', 'AR_l@1000')
# Names for which mmengine's hooks know whether more is better, any case.
RULES = ('acc', 'top', 'ar@', 'auc', 'precision', 'map', 'mdice', 'miou', 'loss')


def check_monitors(cfg: Config) -> None:
    """Refuse `save_best` and early stopping on a metric that validation does not have.

    mmengine would fail at the first validation, or never stop early.

    Args:
        cfg: The run's config. Evaluators other than IoUMetric and CocoMetric may report
            anything, and are not judged.

    Raises:
        ConfigError: The metric is not reported, with the names that are; or validation
            is off; or mmengine needs `rule` for it.
    """
    monitored = list(_monitored(cfg))
    if not monitored or not cfg.get('train_cfg'):
        return
    place, _, _ = monitored[0]
    if cfg.get('val_cfg') is None:
        raise ConfigError(
            f'{place} is set, but validation is off (val_cfg=None), so nothing reports '
            'a metric'
        )
    reported = reported_metrics(cfg)
    for place, name, rules in monitored:
        if reported is not None and name != 'auto' and name not in reported:
            near = did_you_mean(name, reported)
            same = [one for one in reported if _last(one) == _last(name)]
            hint = f' Did you mean {same[0]!r}?' if same else near
            raise ConfigError(
                f'{place} is {name!r}, which the evaluator does not report.{hint} '
                f'It reports {", ".join(reported) or "nothing (format_only)"}'
            )
        if not rules and name != 'auto' and not any(r in name.lower() for r in RULES):
            raise ConfigError(
                f'{place} is {name!r}, of which mmengine does not know whether more is '
                f"better: set {place.rpartition('.')[0]}.rule to 'greater' or 'less'"
            )


def _last(name: str) -> str:
    return name.rpartition('/')[2].lower()


def _monitored(cfg: Config) -> Iterator[tuple[str, str, bool]]:
    """Yield place and name of each metric, and whether a rule is given."""
    for place, hook in hooks_of(cfg):
        if not isinstance(hook, Mapping):
            continue
        key = {'CheckpointHook': 'save_best', 'EarlyStoppingHook': 'monitor'}.get(
            type_name(hook), ''
        )
        own = any(hook.get(k) for k in ('rule', 'greater_keys', 'less_keys'))
        for name in as_list(hook.get(key)):
            if isinstance(name, str):
                yield f'{place}.{key}', name, own


def reported_metrics(cfg: Config) -> list[str] | None:
    """Return the names of all metrics, None if an evaluator may report any."""
    names: list[str] = []
    for evaluator in evaluators_of(cfg, 'val'):
        kind = type_name(evaluator)
        if evaluator.get('format_only'):
            continue
        if kind == 'IoUMetric':
            found, prefix = _of_segmentation(evaluator), evaluator.get('prefix')
        elif kind == 'CocoMetric':
            found, prefix = _of_coco(cfg, evaluator), evaluator.get('prefix') or 'coco'
        else:
            return None
        names += [f'{prefix}/{name}' if prefix else name for name in found]
    return names


def _of_segmentation(evaluator: Mapping[str, Any]) -> list[str]:
    metrics = as_list(evaluator.get('iou_metrics', ['mIoU']))
    known = [SEGMENTATION.get(metric, ()) for metric in metrics]
    return list(dict.fromkeys(['aAcc', *(name for group in known for name in group)]))


def _of_coco(cfg: Config, evaluator: Mapping[str, Any]) -> list[str]:
    names: list[str] = []
    items: Sequence[str] | None = evaluator.get('metric_items')
    for metric in as_list(evaluator.get('metric', 'bbox')):
        if metric == 'proposal_fast':
            numbers = evaluator.get('proposal_nums', (100, 300, 1000))
            names += [f'AR@{number}' for number in numbers]
        elif metric == 'proposal':
            names += items or RECALLS
        else:
            if evaluator.get('classwise'):
                names += [f'{name}_precision' for name in _classes(cfg)]
            names += [f'{metric}_{item}' for item in items or PRECISIONS]
    return names


def _classes(cfg: Config) -> list[str]:
    scope = cfg.get('default_scope')
    for dataset in data_sets_of(cfg, 'val'):
        return classes_of(dataset, scope) or []
    return []
