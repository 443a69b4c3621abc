# SPDX-License-Identifier: Apache-2.0
"""Errors from loading data name the file.

mmcv's and mmseg's loaders raise "'NoneType' object has no attribute 'squeeze'" and the
like for a damaged file, and nothing says which one it is. Upstream: mmcv 2.1.0,
`mmcv/transforms/loading.py`; mmengine 0.10.7, `BaseDataset.prepare_data`. Remove this
file when mmengine's data sets name the files of a sample that fails.
"""

import functools
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from mmengine.dataset import BaseDataset

from mmmetaformer.errors import DataError

__all__ = ['install']

FILES = ('img_path', 'seg_map_path')  # of a sample, in mmdet and mmseg
MARK = '_names_files'


def install() -> None:
    """Let `BaseDataset` raise `DataError`; further calls change nothing."""
    if not hasattr(BaseDataset.prepare_data, MARK):
        BaseDataset.prepare_data = _naming_files(BaseDataset.prepare_data)


def _naming_files(prepare: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(prepare)
    def prepare_data(self: BaseDataset, idx: int) -> Any:
        try:
            return prepare(self, idx)
        except DataError:
            raise
        except Exception as error:
            info = self.get_data_info(idx)
            raise DataError(_message(error, info, self.pipeline)) from error

    setattr(prepare_data, MARK, True)
    return prepare_data


def _message(error: Exception, info: Mapping[str, Any], pipeline: Any) -> str:
    files = ' with '.join(str(info[key]) for key in FILES if info.get(key))
    transforms = getattr(pipeline, 'transforms', ())
    name = _failing(error.__traceback__, transforms) or 'the pipeline'
    words = ' '.join(str(error).split())
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f'{Path(frame.filename).name}:{frame.lineno}, in {frame.name}'
    return (
        f'{files or "a sample"} cannot be loaded. {name} raised '
        f'{type(error).__name__}: {words} ({place})'
    )


def _failing(trace: TracebackType | None, transforms: Any) -> str:
    """Return the name of the transform in which an error was raised, '' if in none."""
    while trace is not None:
        running = trace.tb_frame.f_locals.get('self')
        if any(running is transform for transform in transforms):
            return type(running).__name__
        trace = trace.tb_next
    return ''
