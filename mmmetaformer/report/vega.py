# SPDX-License-Identifier: Apache-2.0
"""The chart library as one script, for pages that need no network."""

import importlib
from typing import Any

from mmmetaformer.checks.remembered import remembered
from mmmetaformer.errors import ConfigError

__all__ = ['vega_script']


def vega_script() -> str:
    """Return Vega, Vega-Lite and Vega-Embed: 0.9 MB that define `vegaEmbed`.

    Bundling them takes seconds, so the script is remembered in the user's cache.

    Raises:
        ConfigError: The package that brings them is not installed.
    """
    try:
        package: Any = importlib.import_module('vl_convert')
    except ImportError as error:
        raise ConfigError(
            'the report draws its charts with vl-convert-python, which is not '
            "installed: pip install 'mmmetaformer[report]'"
        ) from error
    bundle = remembered('vega', [package.__file__], str, package.javascript_bundle)
    # Its names must not become those of the page.
    return f'(() => {{\n{bundle}\n}})();'
