# SPDX-License-Identifier: Apache-2.0
"""Whether something reads each top-level key of a config."""

import difflib
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner

from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.text import shortened

from .chain import ConfigFile, read_chain
from .former_keys import PLACES

__all__ = ['RUN_KEYS', 'advice_on_key', 'check_keys', 'check_variables']

#: What the runner, the hosts and the tools read.
RUN_KEYS = frozenset(inspect.signature(Runner.__init__).parameters) - {'self', 'cfg'}
RUN_KEYS |= {
    'activation_checkpointing',
    'compile',
    'custom_imports',
    'efficient_conv_bn_eval',
    'find_unused_parameters',
    'init_weights_for_test_or_val',
    'model_wrapper_cfg',
    'runner_type',
    'strategy',
    'sync_bn',
    'test_pipeline',
    'tta_model',
    'tta_pipeline',
}
# 'val_dataset' is no misspelt 'val_dataloader', 'train_dataloadr' is.
NEAR = 0.85
# Speed only.
HARMLESS = {'cudnn_benchmark'}


def check_keys(cfg: Config) -> None:
    """Refuse top-level keys that nothing reads, where they were meant to be read.

    These are former names and misspelt names. Other variables that no file reads do no
    harm. The files of installed packages are not judged.

    Args:
        cfg: The run's config, as loaded from a file.

    Raises:
        ConfigError: There are such keys; the message says where the setting is.
    """
    if not cfg.filename:
        return
    chain = read_chain(Path(cfg.filename))
    found: dict[Path, list[str]] = {}
    for file, name in chain.unread():
        if '.mim' in file.parts or name in RUN_KEYS or name not in cfg:
            continue
        if advice_on_key(name) and not _is_set(cfg, name):
            found.setdefault(file, []).append(name)
    lines = [_nothing_reads(file, names) for file, names in found.items()]
    if not lines:
        return
    if (
        _is_dump(chain)
        or {name for names in found.values() for name in names} <= HARMLESS
    ):
        warn(lines[0])
    else:
        raise ConfigError('\n'.join(lines[:3]))


def check_variables(cfg: Config) -> None:
    """Refuse a variable of a base config that is set again in vain.

    The base config was evaluated before, with its own value. It does no harm if the run
    has the new value where the base config used the variable.

    Args:
        cfg: The run's config, with all options.

    Raises:
        ConfigError: Names the variable and the file that used it.
    """
    if not cfg.filename:
        return
    chain = read_chain(Path(cfg.filename))
    lines = list(_without_effect(cfg, chain))
    if lines:
        raise ConfigError('\n'.join(lines[:3]))


def _nothing_reads(file: Path, names: list[str]) -> str:
    return f'{file}: nothing reads ' + shortened(
        f'{name} ({advice_on_key(name)})' for name in names
    )


def advice_on_key(name: str) -> str:
    """Return what to write instead of a top-level key, '' if nobody knows."""
    if name in PLACES:
        return f'set {PLACES[name]}'
    others = RUN_KEYS - {name}
    near = difflib.get_close_matches(name, others, n=1, cutoff=NEAR)
    return f'did you mean {near[0]}?' if near else ''


def _is_set(cfg: Config, name: str) -> bool:
    """Return whether the setting has the key's value at its place, too."""
    words = PLACES.get(name, '').replace(',', ' ').split()
    node: Any = cfg
    for key in words[0].split('.') if words else ['']:
        if not isinstance(node, (Mapping, Config)) or key not in node:
            return False
        node = node[key]
    return node == cfg[name]


def _without_effect(cfg: Config, chain: ConfigFile) -> Iterator[str]:
    """Yield a line for variables of a base config that are set again in vain."""
    if '.mim' in chain.path.parts or chain.reads_all:
        return
    sections = {key: cfg[key] for key in RUN_KEYS - {'test_pipeline'} if key in cfg}
    for name in sorted(chain.sets - chain.reads):
        variable = name not in RUN_KEYS or name == 'test_pipeline'
        if not variable or name in PLACES or name not in cfg:
            continue
        for file in _setters(chain, name):
            before = Config.fromfile(file).get(name)
            if _occurs(before, sections) and not _occurs(cfg[name], sections):
                yield (
                    f'{chain.path} sets {name}, which has no effect: {file} was '
                    f'evaluated before, with a {name} of its own. Set the keys that '
                    'use it'
                )
                break


def _setters(chain: ConfigFile, name: str) -> Iterator[Path]:
    """Yield the base configs, the nearest first, that set a variable and read it."""
    for base in chain.bases:
        if name in base.sets & base.reads:
            yield base.path
        yield from _setters(base, name)


def _occurs(value: Any, node: Any) -> bool:
    if node == value:
        return True
    if isinstance(node, Mapping):
        node = list(node.values())
    return isinstance(node, (list, tuple)) and any(_occurs(value, one) for one in node)


def _is_dump(chain: ConfigFile) -> bool:
    """Return whether a runner wrote the config: all in one file, variables included."""
    return not chain.bases and {'launcher', 'work_dir'} <= chain.sets
