# SPDX-License-Identifier: Apache-2.0
"""The place in a run's config that an exception of the host comes from.

The host copies and extends the dicts of a config before it builds from them. So the
traceback's dicts are looked up by type and content, one inside the other.
"""

from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any

from mmengine.config import Config
from mmengine.registry import OPTIMIZERS, Registry
from mmengine.runner import Runner

from mmmetaformer.host import type_name
from mmmetaformer.text import did_you_mean
from mmmetaformer.tracebacks import frames_of

__all__ = ['place_of']

# The runner's methods, and the top-level key that each works on.
KEYS = {
    'setup_env': 'env_cfg',
    'set_randomness': 'randomness',
    'build_logger': 'log_level',
    'build_log_processor': 'log_processor',
    'build_visualizer': 'visualizer',
    'build_model': 'model',
    'wrap_model': 'model_wrapper_cfg',
    '_init_model_weights': 'model',
    'load_or_resume': 'load_from',
    'register_default_hooks': 'default_hooks',
    'register_custom_hooks': 'custom_hooks',
    'build_train_loop': 'train_cfg',
    'build_val_loop': 'val_cfg',
    'build_test_loop': 'test_cfg',
    'build_optim_wrapper': 'optim_wrapper',
    'build_param_scheduler': 'param_scheduler',
}
# Those that a loop calls; the key begins with the name of the split.
KEYS_OF_SPLIT = {'build_dataloader': 'dataloader', 'build_evaluator': 'evaluator'}

Place = tuple[str, Any]


def place_of(error: BaseException, cfg: Config) -> tuple[str, str]:
    """Return where in a config an exception comes from, and what is wrong there.

    Args:
        error: What the host raised while it built something of the config.
        cfg: The run's config.

    Returns:
        Such as 'train_dataloader.dataset.pipeline[2] (Resize)', and a sentence about
        a type that is not registered, else ''.
    """
    place: Place = ('', cfg)
    split = 'train'
    unknown = ''
    for frame, _ in frames_of(error):
        name, own = frame.f_code.co_name, frame.f_locals
        if frame.f_globals.get('__name__') == Runner.__module__:
            if name.endswith('_loop') and name in KEYS:
                split = KEYS[name].removesuffix('_cfg')
            key = KEYS.get(name) or f'{split}_{KEYS_OF_SPLIT.get(name)}'
            if name == 'call_hook':
                place = _hook(own.get('hook'), cfg) or place
            elif key in cfg:
                place = (key, cfg[key])
        found = _nearest(_built_from(frame), place)
        if found:
            place, unknown = found, _unknown(frame, found[1])
    path, node = place
    if not path:
        return 'building the run', ''
    kind = f' ({type_name(node)})' if _is_typed(node) and not unknown else ''
    return path + kind, unknown


def _built_from(frame: FrameType) -> Mapping[str, Any] | None:
    """Return the dict that a function of the host builds something from."""
    own = frame.f_locals
    cfg = own.get('cfg') if frame.f_code.co_name.startswith('build') else None
    # The optimizer's constructor looks at the optimizer before it builds it.
    cfg = own.get('optimizer_cfg', cfg)
    return cfg if isinstance(cfg, Mapping) else None


def _is_typed(node: Any) -> bool:
    return isinstance(node, Mapping) and 'type' in node


def _hook(hook: Any, cfg: Config) -> Place | None:
    wanted = {'type': type(hook)}
    for key in ('default_hooks', 'custom_hooks'):
        found = _nearest(wanted, (key, cfg.get(key)))
        if found:
            return found
    return None


def _nearest(wanted: Mapping[str, Any] | None, place: Place) -> Place | None:
    """Return the place of the dict of the same type with the most items in common."""
    if wanted is None:
        return None
    same_type = [
        (path, node)
        for path, node in _dicts_in(*place)
        if _type_of(node) == _type_of(wanted)
    ]
    common = [
        sum(_equal(node[k], wanted.get(k)) for k in node) for _, node in same_type
    ]
    return same_type[common.index(max(common))] if same_type else None


def _type_of(node: Mapping[str, Any]) -> str | None:
    return type_name(node) if _is_typed(node) else None


def _equal(value: Any, other: Any) -> bool:
    # The type first: a comparison with a tensor has no single answer.
    return isinstance(other, type(value)) and repr(value) == repr(other)


def _dicts_in(path: str, node: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(node, (Mapping, Config)):
        if path:
            yield path, node
        for key, value in node.items():
            yield from _dicts_in(f'{path}.{key}' if path else key, value)
    elif isinstance(node, (list, tuple)):
        for index, value in enumerate(node):
            yield from _dicts_in(f'{path}[{index}]', value)


def _unknown(frame: FrameType, node: Any) -> str:
    """Return a sentence about a type that is not registered, '' if it is."""
    own = frame.f_locals
    registry: Any = OPTIMIZERS if 'optimizer_cfg' in own else own.get('registry')
    kind = node.get('type')
    if not isinstance(registry, Registry) or not isinstance(kind, str):
        return ''
    if registry.get(kind) is not None:
        return ''
    what = registry.name
    names: list[str] = []
    while registry is not None:
        names.extend(registry.module_dict)
        registry = registry.parent
    return f'there is no {what} {kind!r}.{did_you_mean(kind, names)}'
