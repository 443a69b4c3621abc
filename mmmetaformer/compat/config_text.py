# SPDX-License-Identifier: Apache-2.0
"""Format the text of a config once, not at each save of a checkpoint.

mmengine writes `Config.pretty_text` into each checkpoint, and yapf takes a quarter of a
second for it. Upstream: mmengine 0.10.7 and onedl-mmengine 0.10.12,
`mmengine/config/config.py`. Remove this file when mmengine keeps the formatted text.
"""

import functools
from collections.abc import Callable
from typing import Any

from mmengine.config import config
from yapf.yapflib import yapf_api

__all__ = ['install']

MARK = '_remembers'
NUMBER = 4  # texts: a run has one, unless its config changes


def install() -> None:
    """Let mmengine remember what it has formatted. Further calls change nothing."""
    module = _module()
    if not hasattr(module.FormatCode, MARK):
        module.FormatCode = _remembering(module.FormatCode)


def _module() -> Any:
    """Return the module in which mmengine looks up `FormatCode`."""
    # onedl-mmengine imports it from yapf at each use.
    return config if hasattr(config, 'FormatCode') else yapf_api


def _remembering(format_code: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that formats the same text in the same style only once."""

    @functools.lru_cache(NUMBER)
    def formatted(text: str, style: tuple[tuple[str, Any], ...], verify: bool) -> Any:
        further = dict(verify=True) if verify else {}  # new versions do not have it
        return format_code(text, style_config=dict(style), **further)

    def remembered(
        text: str, style_config: dict[str, Any], verify: bool = False
    ) -> Any:
        return formatted(text, tuple(style_config.items()), verify)

    setattr(remembered, MARK, True)
    return remembered
