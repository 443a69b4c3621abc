# SPDX-License-Identifier: Apache-2.0
"""The first lines of the page: what ran, how far it is, how fast."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from mmmetaformer.engine.console.pace import duration

from .log import History, Start

__all__ = ['summary_of']


def summary_of(
    work_dir: Path, starts: Sequence[Start], history: History, state: str | None
) -> dict[str, Any]:
    """Return the values of the page's head.

    Args:
        work_dir: The work dir.
        starts: The starts of training.
        history: What they logged.
        state: 'running', 'stopped' or 'finished', None if the files must say.
    """
    facts = starts[-1].facts if starts else {}
    total = int(facts.get('total_steps', 0))
    done = history.last_step
    if state is None:
        state = 'finished' if facts.get('finished') or 0 < total <= done else 'stopped'
    progress = f'{done:,} of {total:,}' if total else f'{done:,}'
    tiles = [('State', state), ('Iterations', progress)]
    seconds = _median(history, 'time')
    if seconds:
        speed = f'{seconds:.3g} s'
        if facts.get('images_per_pass'):
            speed += f' ({facts["images_per_pass"] / seconds:.3g} images/s)'
        tiles.append(('Per iteration', speed))
        if state == 'running' and total > done:
            tiles.append(('Time left', duration(seconds * (total - done))))
    if facts.get('passes', 1) > 1:
        tiles.append(('Updates', f'one in {facts["passes"]} iterations'))
    if facts.get('parameters'):
        tiles.append(('Parameters', f'{facts["parameters"] / 1e6:.4g} M'))
    if history.resumed:
        steps = ', '.join(f'{step:,}' for step in history.resumed)
        tiles.append(('Resumed at', steps))
    config = Path(facts['config']).stem if facts.get('config') else ''
    return dict(
        title=config or work_dir.resolve().name,
        model=facts.get('model', ''),
        work_dir=str(work_dir),
        tiles=tiles,
        unread=history.unread,
        written=datetime.now().astimezone().strftime('%Y-%m-%d %H:%M'),
    )


def _median(history: History, name: str) -> float:
    scalar = history.training.get(name)
    if scalar is None:
        return 0.0
    finite = scalar.values[np.isfinite(scalar.values)]
    return float(np.median(finite)) if len(finite) else 0.0
