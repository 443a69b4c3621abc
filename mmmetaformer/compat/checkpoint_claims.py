# SPDX-License-Identifier: Apache-2.0
"""Drop what a checkpoint says about configs, which mmengine would run as code.

`Runner.resume` runs `meta['config']` as Python. An inferencer without a config runs
`meta['cfg']`, or `cfg` in the message hub. A config of plain values is no safer: its
`type` may name any function that can be imported. Upstream: mmengine 0.10.7,
`mmengine/runner/runner.py`, `mmengine/infer/infer.py`. Remove this file when neither
builds anything from a checkpoint's config.
"""

from typing import Any

__all__ = ['drop_claims']


def drop_claims(checkpoint: dict[str, Any]) -> None:
    """Remove the configs from a checkpoint.

    Args:
        checkpoint: As read from a file; changed in place.
    """
    hub = checkpoint.get('message_hub')
    info = hub.get('runtime_info') if isinstance(hub, dict) else None
    for place in (checkpoint.get('meta'), info):
        if isinstance(place, dict):
            place.pop('config', None)
            place.pop('cfg', None)
