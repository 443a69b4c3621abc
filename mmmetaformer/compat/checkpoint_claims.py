# SPDX-License-Identifier: Apache-2.0
"""Drop what a checkpoint says about configs, which mmengine would run as code.

`Runner.resume` runs `meta['config']` as Python. An inferencer without a config runs
`meta['cfg']`, or `cfg` in the message hub. A config of plain values is no safer: its
`type` may name any function that can be imported. Upstream: mmengine 0.10.7,
`mmengine/runner/runner.py`, `mmengine/infer/infer.py`. Remove this file when neither
builds anything from a checkpoint's config.
"""

from collections.abc import Mapping
from typing import Any

from mmmetaformer.errors import ConfigError

__all__ = ['COUNTS', 'check_counts', 'drop_claims']

COUNTS = ('epoch', 'iter')
SEEDS = 2**32  # numpy takes seeds below it


def drop_claims(checkpoint: dict[str, Any]) -> None:
    """Remove the configs from a checkpoint, and what a run adds to it on a resume.

    Args:
        checkpoint: As read from a file; changed in place.
    """
    hub = checkpoint.get('message_hub')
    info = hub.get('runtime_info') if isinstance(hub, dict) else None
    for place in (checkpoint.get('meta'), info):
        if isinstance(place, dict):
            place.pop('config', None)
            place.pop('cfg', None)
    meta = checkpoint.get('meta')
    if isinstance(meta, dict):
        meta.pop('saved_iter', None)  # which the run itself notes when it resumes


def check_counts(meta: Any, name: str) -> None:
    """Refuse a position or a seed that no run can have.

    Args:
        meta: The checkpoint's.
        name: The checkpoint, for the message.

    Raises:
        ConfigError: It is not what mmengine saves.
    """
    meta = meta if isinstance(meta, Mapping) else {}
    for key in COUNTS:
        if not _is_count(meta.get(key)):
            raise ConfigError(
                f'{name} is damaged: its {key} is {meta.get(key)!r}, expected '
                'a number from 0 up'
            )
    seed = meta.get('seed')
    if seed is not None and not (_is_count(seed) and seed < SEEDS):
        raise ConfigError(
            f'{name} is damaged: its seed is {seed!r}, expected a number from '
            f'0 to {SEEDS - 1}'
        )


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0
