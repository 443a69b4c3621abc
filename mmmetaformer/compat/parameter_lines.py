# SPDX-License-Identifier: Apache-2.0
"""Do not log a line, or a paragraph, for each parameter.

mmengine logs them when weights are initialized and when parameters are put into groups,
thousands for a model, at the level of its other lines. Upstream: mmengine 0.10.7,
`mmengine/model/base_module.py` and `mmengine/optim/optimizer/default_constructor.py`.
Remove this file when they are logged at `DEBUG`.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from mmengine.logging import MMLogger

__all__ = ['without_parameter_lines']


@contextmanager
def without_parameter_lines() -> Iterator[None]:
    """Let mmengine's current logger log errors alone inside.

    Where it has a log file, `init_weights()` writes its table into that file as before.
    """
    logger = MMLogger.get_current_instance()
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
