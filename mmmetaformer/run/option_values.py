# SPDX-License-Identifier: Apache-2.0
"""Values after `--cfg-options`."""

from collections.abc import Iterable
from typing import Any

from mmengine.config import DictAction

from mmmetaformer.errors import ConfigError

__all__ = ['read_options']

# mmengine removes spaces, which only lists need.
LIST = ('(', '[', ',')


def read_options(words: Iterable[str]) -> dict[str, Any]:
    """Read words of the form KEY=VALUE, with mmengine's syntax of values.

    That is a number, True, False, None, a string, or a list or tuple of these in
    brackets or separated by commas. A string with spaces keeps them.

    Args:
        words: Such as 'model.backbone.out_indices=(1,2,3)'.

    Raises:
        ConfigError: A value is a dict, which mmengine does not read, or its brackets do
            not match.
    """
    return {
        key: _value(key, text) for key, _, text in (w.partition('=') for w in words)
    }


def _value(key: str, text: str) -> Any:
    bare = text.strip('\'" ')
    if 'dict(' in bare or (bare.startswith('{') and ':' in bare):
        raise ConfigError(
            f'--cfg-options {key}={text}: a dict cannot be given as one value. Set its '
            f'keys one by one, such as {key}.type=NAME, or write it in a config file'
        )
    try:
        if any(sign in bare for sign in LIST):
            return DictAction._parse_iterable(text)
        return DictAction._parse_int_float_bool(bare)
    # What mmengine raises for brackets that do not match.
    except (AssertionError, RecursionError) as error:
        raise ConfigError(
            f'--cfg-options {key}={text}: the value cannot be read. Examples: 4, True, '
            'None, sgd, [1,2,3], "(1,2)"'
        ) from error
