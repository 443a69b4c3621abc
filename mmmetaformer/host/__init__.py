# SPDX-License-Identifier: Apache-2.0
"""What mmdet's and mmseg's configs and models consist of.

The one place that knows the names of their parts and the shape of their configs, so
that everything else asks here. Nothing here is about MetaFormers.
"""

from .data import (
    SPLITS,
    data_set_key,
    data_sets,
    data_sets_of,
    is_local,
    kinds_of,
    known_classes,
    pipeline_key,
    registered_data_set,
)
from .loops import (
    add_hook,
    counts_epochs,
    drop_hook,
    evaluators_of,
    hooks_of,
    ignored_labels,
    is_stuck,
    schedulers_of,
    switches_of,
)
from .names import (
    CLASS_AGNOSTIC_HEADS,
    CLASS_HEADS,
    DETECTOR_HEADS,
    HEADS,
    HEADS_ON_MAPS,
    IGNORED_LABEL,
    LOGITS_LAYER,
    MAIN_METRICS,
    PARTS_BESIDE_BACKBONE,
    PER_CLASS,
    SEGMENTOR_HEADS,
    TEST_HEADS_ON_MAPS,
    main_metric,
    predicts_masks,
)
from .trees import as_list, dicts_in, type_name

__all__ = [
    'CLASS_AGNOSTIC_HEADS',
    'CLASS_HEADS',
    'DETECTOR_HEADS',
    'HEADS',
    'HEADS_ON_MAPS',
    'IGNORED_LABEL',
    'LOGITS_LAYER',
    'MAIN_METRICS',
    'PARTS_BESIDE_BACKBONE',
    'PER_CLASS',
    'SEGMENTOR_HEADS',
    'SPLITS',
    'TEST_HEADS_ON_MAPS',
    'add_hook',
    'as_list',
    'counts_epochs',
    'data_set_key',
    'data_sets',
    'data_sets_of',
    'dicts_in',
    'drop_hook',
    'evaluators_of',
    'hooks_of',
    'ignored_labels',
    'is_local',
    'is_stuck',
    'kinds_of',
    'known_classes',
    'main_metric',
    'pipeline_key',
    'predicts_masks',
    'registered_data_set',
    'schedulers_of',
    'switches_of',
    'type_name',
]
