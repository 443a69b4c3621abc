# SPDX-License-Identifier: Apache-2.0
"""Hide warnings of other projects that nobody who trains a model can act on.

Each has a rule of its own, so new ones are shown. They stay in the log, where they are
in it at all. A rule can go when its upstream file no longer warns, for the same use.

Nothing heavy is imported here: torch and mmengine warn while they are imported.
"""

import logging
import re
import warnings

__all__ = ['hide', 'is_hidden']

# Each: how a message begins, as a regular expression, and the upstream file.
PYTHON = (
    # Interfaces that the hosts and torch themselves still use.
    (r'``build_\w+`` would be deprecated', 'mmseg/models/builder.py'),
    (r'`reduce_zero_label` will be deprecated', 'mmseg/datasets/transforms/loading.py'),
    (r'pkg_resources is deprecated', 'mmengine/utils/package_utils.py'),
    (r'`?torch\.jit\.\w+` is deprecated', 'torch/jit/_script.py, _trace.py'),
    (r'`?torch\.jit\.\w+` is not supported in Python', 'torch/jit/_script.py'),
    (r'torch\.meshgrid: in an upcoming release', 'torch/functional.py'),
    (r'The pynvml package is deprecated', 'torch/cuda/__init__.py'),
    (r'`torch\.cuda\.amp\.\w+\(args\.\.\.\)` is deprecated', 'mmengine/optim/*/amp_*'),
    (r'invalid escape sequence', 'mmdet/models, where no bytecode is stored'),
    # A metric of onedl-mmdetection that no config here uses.
    (r'faster_coco_eval is not installed', 'mmdet/evaluation/metrics/faster_coco_*'),
    # What the configs mean.
    (r'Default ``avg_non_ignore`` is False', 'mmseg/models/losses/*cross_entropy_loss'),
    (r'The draw is False, it means', 'mmseg/engine/hooks/visualization_hook.py'),
    # Objects at the edge of an image.
    (r'Warning: The \w+ is out of bounds', 'mmengine/visualization/visualizer.py'),
    # What DDP does by itself for the gradients of 1x1 convolutions, channels last.
    (r'Grad strides do not match bucket view strides', 'torch/csrc/distributed/c10d'),
    (r'barrier\(\): using the device under current', 'mmengine/dist/dist.py'),
    # What mmengine does by itself.
    (r'Setting (OMP|MKL)_NUM_THREADS', 'mmengine/utils/dl_utils/setup_env.py'),
    (r'Detected call of `scheduler', 'mmengine/optim/scheduler/param_scheduler.py'),
)
LOG = (
    (r'The prefix is not set in metric', 'mmengine/evaluator/metric.py'),
    (r'"FileClient" will be deprecated', 'mmengine/fileio/file_client.py'),
    (r'"HardDiskBackend" is the alias', 'mmengine/fileio/backends/local_backend.py'),
    (r'Failed to search registry', 'mmengine/registry/registry.py'),
    (r'The current default scope', 'mmengine/registry/utils.py'),
    (r'init_weights of \w+ has been called', 'mmengine/model/base_module.py'),
)
HIDDEN_RECORDS = re.compile('|'.join(pattern for pattern, _ in LOG))


def hide(first_process: bool = True) -> None:
    """Hide these of Python's warnings.

    Args:
        first_process: Whether this is the first process; others show none at all, since
            the first one has the same.
    """
    if not first_process:
        warnings.simplefilter('ignore')
    for pattern, _ in PYTHON:
        warnings.filterwarnings('ignore', message=pattern)


def is_hidden(record: logging.LogRecord) -> bool:
    """Return whether a warning in mmengine's log is one of these."""
    return HIDDEN_RECORDS.match(record.getMessage()) is not None
