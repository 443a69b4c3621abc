# SPDX-License-Identifier: Apache-2.0
"""What a run was started with: plan, groups, weights, environment, commands, config."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .log import Start

__all__ = ['settings_of']


def settings_of(starts: Sequence[Start]) -> dict[str, Any]:
    """Return the settings of the last start, and the command of each."""
    facts = starts[-1].facts if starts else {}
    commands = [
        dict(
            started=start.facts['started'],
            first_step=start.facts['first_step'],
            command=start.facts['command'],
            folder=start.facts['folder'],
            loaded_from=start.facts['loaded_from'],
        )
        for start in starts
        if 'command' in start.facts
    ]
    # A resume initializes and then loads a checkpoint: the first start has the report.
    weights: list[Any] = next(
        (start.facts['weights'] for start in starts if start.facts.get('weights')), []
    )
    return dict(
        known=bool(facts),
        plan=facts.get('plan', ''),
        dtype=facts.get('dtype', ''),
        warnings=facts.get('warnings', []),
        groups=facts.get('groups', []),
        weights=weights,
        environment=facts.get('environment', {}),
        commands=commands,
        config=_config(starts[-1].folder) if starts else '',
    )


def _config(folder: Path) -> str:
    """Return the whole config, as mmengine has written it to the log folder."""
    file = folder / 'vis_data/config.py'
    if not file.is_file():
        return ''
    return file.read_text(encoding='utf-8', errors='replace')
