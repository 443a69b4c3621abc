# SPDX-License-Identifier: Apache-2.0
"""The names of checkpoints, of their folders, and of files beside them."""

import os
import re
from string import Formatter

__all__ = [
    'BETWEEN',
    'BETWEEN_TEMPLATE',
    'LAUNCHES',
    'TEMPLATES',
    'best_name',
    'best_pattern',
    'folder_in',
    'is_beyond',
    'pattern_of',
]

#: The file in a work dir with the launches that have cleared up there, one a line.
LAUNCHES = '.training.launches'
#: What mmengine calls checkpoints by default.
TEMPLATES = ('iter_{}.pth', 'epoch_{}.pth')
#: A checkpoint in the middle of an epoch, of a run that saves by epochs: the epochs
#: that are finished, and the iterations.
BETWEEN_TEMPLATE = 'epoch_{}_iter_{}.pth'


def pattern_of(template: str) -> re.Pattern[str]:
    """Return what the names that a template makes have in common.

    Args:
        template: A `filename_tmpl`, such as 'iter_{}.pth' or 'model_{:06d}.pth'.
    """
    parts = Formatter().parse(template)
    return re.compile(
        ''.join(
            re.escape(text) + ('' if field is None else r'(\d+)')
            for text, field, _, _ in parts
        )
    )


def is_beyond(path: str, done: int) -> bool:
    """Return whether the last number in a file's name is larger than `done`."""
    numbers = re.findall(r'\d+', os.path.basename(path))
    return bool(numbers) and int(numbers[-1]) > done


def folder_in(out_dir: str | None, work_dir: str) -> str:
    """Return where a hook saves: a folder for each run in `out_dir`, as in mmengine.

    Args:
        out_dir: As in the config, local or an address.
        work_dir: The work dir of the run.

    Returns:
        An absolute path if that is the work dir.
    """
    work_dir = os.path.abspath(work_dir)
    if out_dir is None or out_dir == work_dir:
        return work_dir
    return os.path.join(out_dir, os.path.basename(work_dir))


def best_name(metric: str, template: str) -> str:
    """Return the template of the names of the best checkpoints, as mmengine makes them.

    Args:
        metric: The name of the metric, such as 'coco/bbox_mAP'.
        template: The `filename_tmpl` of the others.
    """
    plain = metric.replace('{', '{{').replace('}', '}}')
    return f'best_{plain}_{template}'.replace('/', '_')


def best_pattern(template: str) -> re.Pattern[str]:
    """Return what the names of the best checkpoints by any metric have in common.

    Args:
        template: The `filename_tmpl` of the others.
    """
    return re.compile(f'best_.+_{pattern_of(template).pattern}')


BETWEEN = pattern_of(BETWEEN_TEMPLATE)
