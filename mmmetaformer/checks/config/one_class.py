# SPDX-License-Identifier: Apache-2.0
"""Whether a segmentor has more than one class to tell apart."""

from typing import Any

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import SEGMENTOR_HEADS, as_list, data_sets_of, type_name

__all__ = ['check_one_class']


def check_one_class(cfg: Config) -> None:
    """Refuse a head whose loss is a softmax over one class: it is 0 from the start.

    Args:
        cfg: The run's config.

    Raises:
        ConfigError: A head has one class, and cross-entropy without `use_sigmoid`.
    """
    for name in SEGMENTOR_HEADS:
        for head in as_list(cfg.model.get(name)):
            if head.get('num_classes') == 1 and _is_softmax(head):
                raise ConfigError(
                    f'model.{name} has one class ({_class(cfg)}), and its softmax over '
                    'one class makes the loss 0 from the first step. Make the '
                    f'background a class: --classes background {_class(cfg)} '
                    '--labels-from 0, with 0 and 1 in the label maps; add '
                    'out_channels=1 to the heads and use_sigmoid=True to their '
                    'loss_decode for a sigmoid instead of a softmax'
                )


def _is_softmax(head: Any) -> bool:
    losses = as_list(head.get('loss_decode'))
    return bool(losses) and all(
        type_name(loss) == 'CrossEntropyLoss' and not loss.get('use_sigmoid')
        for loss in losses
    )


def _class(cfg: Config) -> str:
    for dataset in data_sets_of(cfg, 'train', 'test'):
        classes = (dataset.get('metainfo') or {}).get('classes')
        if isinstance(classes, (list, tuple)) and len(classes) == 1:
            return str(classes[0])
    return 'object'
