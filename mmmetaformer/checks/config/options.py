# SPDX-License-Identifier: Apache-2.0
"""Whether the keys after `--cfg-options` are in the config."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import SPLITS
from mmmetaformer.text import did_you_mean, shortened

from .keys import RUN_KEYS, advice_on_key
from .places import places_of
from .training_places import training_places
from .variables import USED_KEYS, instead_of
from .words import is_word_of_host

__all__ = ['check_options']

# Dicts whose keys are names that the user chooses.
FREE_KEYS = frozenset({'custom_keys', 'metainfo', 'label_map', 'dist_cfg'})
NEAR = 0.85


def check_options(cfg: Config, options: Mapping[str, Any]) -> None:
    """Refuse an option whose key nothing reads.

    A key that is not in the config passes where something reads it: an argument of a
    `type` (its signature is checked with the whole config), a key of the runner or of a
    section without type, and any word of the host's code, such as one of `test_cfg`.

    Args:
        cfg: The run's config, before the options are merged.
        options: Value by dotted key.

    Raises:
        ConfigError: An option has no effect, or cannot be merged; the message has the
            nearest key.
    """
    for option in options:
        _check_option(cfg, option, options)


def _check_option(cfg: Config, option: str, options: Mapping[str, Any]) -> None:
    keys = option.split('.')
    if not all(keys):
        raise ConfigError(f'--cfg-options {option}: a part of the key is empty')
    _check_top(cfg, keys[0], option)
    node: Any = cfg
    for i, key in enumerate(keys):
        place = '.'.join(keys[:i])
        if isinstance(node, (Mapping, Config)):
            if key not in node:
                _check_new(cfg, node, keys, i, options)
                return
            node = node[key]
        elif isinstance(node, Sequence) and not isinstance(node, str):
            node = node[_index(node, place, key)]
        else:
            raise ConfigError(
                f'--cfg-options {option}: {place} is {node!r}, which has no keys. Set '
                f'{place} itself, or write it in a config file'
            )
    value = options[option]
    if isinstance(node, Mapping) and 'type' in node and _is_bare(value):
        raise ConfigError(
            f'--cfg-options {option}={value}: {option} is a {node["type"]}. Set its '
            f'keys, such as {option}.type, or None'
        )


def _is_bare(value: Any) -> bool:
    return isinstance(value, (int, float, str)) and not isinstance(value, bool)


def _check_top(cfg: Config, key: str, option: str) -> None:
    if key in USED_KEYS:
        return
    if key in cfg:
        raise ConfigError(
            f'--cfg-options {option} has no effect: {key} is a variable, which the '
            f'config file reads when it is loaded. Set {instead_of(cfg, key)}'
        )
    advice = advice_on_key(key)
    advice = f' {advice.capitalize()}' if advice else did_you_mean(key, RUN_KEYS)
    raise ConfigError(f'--cfg-options {option}: nothing reads a key {key!r}.{advice}')


def _index(node: Sequence[Any], place: str, key: str) -> int:
    if isinstance(node, list) and key.isdigit() and int(key) < len(node):
        return int(key)
    if isinstance(node, list):
        expected = f'has the entries 0 to {len(node) - 1}' if node else 'is empty'
        raise ConfigError(f'--cfg-options {place}.{key}: {place} {expected}')
    raise ConfigError(
        f'--cfg-options {place}.{key}: {place} is the tuple {tuple(node)}. Set all of '
        f'it: "{place}=({",".join(map(str, node))})"'
    )


def _check_new(
    cfg: Config,
    node: Mapping[str, Any],
    keys: Sequence[str],
    start: int,
    options: Mapping[str, Any],
) -> None:
    """Refuse keys that are not in the config, unless something may read them.

    Args:
        cfg: The run's config.
        node: The dict in which the first new key would be.
        keys: All keys of the option.
        start: Index of the first new key.
        options: All options.
    """
    known = [str(key) for key in node]
    by_signature = {one.path for one in places_of(cfg, SPLITS)}
    by_signature |= {one.path for one in training_places(cfg)}
    for i in range(start, len(keys)):
        place, below = '.'.join(keys[:i]), '.'.join(keys[: i + 1])
        # Whatever has a type, old or new, is checked by signature, and so are sections.
        typed = {'type', '_delete_'} & set(known) or f'{place}.type' in options
        named = f'{below}.type' in options or keys[i] == '_delete_'
        if keys[i].isdigit() and known:
            raise ConfigError(
                f'--cfg-options {below}: {place} is no list; it has the keys '
                f'{shortened(known)}'
            )
        if keys[i - 1] in FREE_KEYS:
            return
        if i and not typed and not named and place not in by_signature:
            near = difflib.get_close_matches(keys[i], known, n=1, cutoff=NEAR)
            hooks = keys[i - 1] == 'default_hooks'
            if hooks or not is_word_of_host(cfg, keys[i], as_key=bool(near)):
                raise ConfigError(
                    f'--cfg-options {below}: {place} has no key {keys[i]!r}, and '
                    f'nothing would read it.{did_you_mean(keys[i], known)}'
                    + (f' It has {shortened(known, 12)}' if known else '')
                )
        known = []
