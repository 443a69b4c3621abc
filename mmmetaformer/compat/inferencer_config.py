# SPDX-License-Identifier: Apache-2.0
"""Say what an inferencer without a config needs.

mmengine's inferencers run the config that a checkpoint carries. `checkpoint_claims`
drops it, and then their message is that there is none. Upstream: mmengine 0.10.7,
`BaseInferencer._init_model` in `mmengine/infer/infer.py`. Remove this file when that
reads a checkpoint's config as data.
"""

import functools
from typing import Any

from mmengine.infer import BaseInferencer

from mmmetaformer.errors import ConfigError

__all__ = ['install']


def install() -> None:
    """Replace `BaseInferencer._init_model`. Further calls change nothing."""
    original: Any = BaseInferencer._init_model
    if hasattr(original, '__wrapped__'):
        return

    @functools.wraps(original)
    def _init_model(
        self: Any, cfg: Any, weights: str | None, device: str = 'cpu'
    ) -> Any:
        if weights is not None and 'model' not in cfg:
            kind = type(self).__name__
            raise ConfigError(
                f'{kind} has no config, and the one in a checkpoint is not run. Pass '
                f'it: {kind}(CONFIG, {weights!r}), or use '
                f'mmmetaformer.load_model({weights!r}), which needs none'
            )
        return original(self, cfg, weights, device)

    BaseInferencer._init_model = _init_model
